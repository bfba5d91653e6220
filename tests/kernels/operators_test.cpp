// SPDX-License-Identifier: Apache-2.0
#include "operators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "actscope/base/error.hpp"

namespace actscope::kernels {
namespace {

constexpr std::size_t entry_count = sizeof(OperatorTable) / sizeof(void (*)());
constexpr std::size_t device_entries = 2;

/// The table as addresses, in the order of declaration.
std::array<std::uintptr_t, entry_count> entries_of(Backend backend) {
  return std::bit_cast<std::array<std::uintptr_t, entry_count>>(operators_of(backend));
}

TEST(Operators, AreOfTheBackEndThatWasAskedFor) {
  EXPECT_EQ(&operators_of(Backend::reference), &reference_operators());
  EXPECT_EQ(&operators_of(Backend::cpu), &cpu_operators());
  EXPECT_EQ(&operators_of(Backend::cuda), &cuda_operators());
  EXPECT_THAT([] { operators_of(static_cast<Backend>(3)); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("this is a defect of Actscope")));
}

TEST(Operators, AreAllThereAndDevicesOnCudaAlone) {
  for (const auto backend : {Backend::reference, Backend::cpu, Backend::cuda}) {
    const auto entries = entries_of(backend);
    EXPECT_EQ(std::count(entries.begin(), entries.end() - device_entries, 0U), 0)
        << name_of(backend);
    const bool has_devices = backend == Backend::cuda && is_built(backend);
    EXPECT_EQ(std::count(entries.end() - device_entries, entries.end(), 0U),
              has_devices ? 0 : device_entries)
        << name_of(backend);
  }
}

TEST(Operators, AreNotAnotherBackEnds) {
  const auto reference = entries_of(Backend::reference);
  const auto cpu = entries_of(Backend::cpu);
  const auto cuda = entries_of(Backend::cuda);
  std::size_t shared = 0;
  for (std::size_t i = 0; i < entry_count - device_entries; ++i) {
    shared += reference[i] == cpu[i] ? 1 : 0;
    EXPECT_NE(reference[i], cuda[i]) << i;
    EXPECT_NE(cpu[i], cuda[i]) << i;
  }
  EXPECT_EQ(shared, 3U) << "those that say how much scratch memory is wanted, and no other";
}

}  // namespace
}  // namespace actscope::kernels
