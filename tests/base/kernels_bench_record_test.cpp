// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/kernels_bench_record.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

KernelsMachine machine(const char* backend, const char* dtype, std::int64_t threads) {
  KernelsMachine machine;
  machine.backend = backend;
  machine.dtype = dtype;
  machine.threads = threads;
  return machine;
}

KernelResult row(const char* backend, const char* dtype, std::int64_t threads) {
  KernelResult row;
  row.backend = backend;
  row.dtype = dtype;
  row.threads = threads;
  return row;
}

TEST(MachineOf, IsOfTheRowsBackEndTypeAndThreads) {
  KernelsBenchRecord record;
  EXPECT_EQ(machine_of(record, row("cpu", "fp32", 2)), nullptr);
  record.machines = {machine("cpu", "", 1), machine("cpu", "", 2), machine("cuda", "fp32", 0),
                     machine("cuda", "bf16", 0)};
  EXPECT_EQ(machine_of(record, row("cpu", "bf16", 2)), &record.machines[1]);
  EXPECT_EQ(machine_of(record, row("cuda", "bf16", 0)), &record.machines[3]);
  EXPECT_EQ(machine_of(record, row("cuda", "fp16", 0)), nullptr);
  EXPECT_EQ(machine_of(record, row("cpu", "fp32", 3)), nullptr);
}

TEST(MachineOf, OfTheReferenceIsTheProcessor) {
  KernelsBenchRecord record;
  record.machines = {machine("cuda", "", 1), machine("cpu", "", 1)};
  EXPECT_EQ(machine_of(record, row("reference", "fp32", 1)), &record.machines[1]);
}

TEST(Rivals, HaveNamesOfKindAndStatus) {
  EXPECT_STREQ(name_of(RivalStatus::ok), "ok");
  EXPECT_STREQ(name_of(RivalStatus::refused), "refused");
  EXPECT_STREQ(name_of(RivalStatus::missing), "missing");
  EXPECT_STREQ(name_of(RivalKind::dense), "dense");
  EXPECT_STREQ(name_of(RivalKind::masked), "masked");
  EXPECT_STREQ(name_of(RivalKind::sparse), "sparse");
  EXPECT_THROW((void)name_of(static_cast<RivalStatus>(3)), Error);
  EXPECT_THROW((void)name_of(static_cast<RivalKind>(3)), Error);
}

}  // namespace
}  // namespace actscope
