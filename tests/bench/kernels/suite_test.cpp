// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "actscope/bench/kernels_suite.hpp"

namespace actscope::bench {
namespace {

KernelsBenchRecord small_record(const std::string& backend = "cpu") {
  KernelsBenchRecord record;
  record.settings.backends = {backend};
  record.settings.shapes = {"fc1"};
  record.settings.blocks = {{16, 16}};
  record.settings.sparsities = {0.5, 0.9};
  record.settings.tokens = 32;
  record.settings.rounds = 6;
  record.settings.threads = {1};
  record.settings.train_steps = 1;
  record.settings = resolved(record.settings);
  return record;
}

TEST(Suite, AStoppedMeasurementGoesOnWhereItStopped) {
  const auto progress = make_quiet_progress();
  bool is_stopped = false;
  KernelsBenchRecord last;
  const KernelsWatch watch{[&] { return is_stopped; },
                           [&](const KernelsBenchRecord& so_far) {
                             last = so_far;
                             is_stopped = true;
                           },
                           progress.get()};
  const KernelsBenchRecord half = run_kernels_suite(small_record(), watch);
  EXPECT_EQ(half.status, RunStatus::interrupted);
  EXPECT_FALSE(half.status_reason.empty());
  ASSERT_EQ(half.results.size(), 3U);
  EXPECT_EQ(last.results.size(), 3U);
  EXPECT_EQ(last.status, RunStatus::interrupted);

  is_stopped = false;
  const KernelsBenchRecord whole = run_kernels_suite(last, watch);
  EXPECT_EQ(whole.status, RunStatus::completed);
  EXPECT_EQ(whole.status_reason, "");
  ASSERT_EQ(whole.results.size(), 6U);
  EXPECT_EQ(whole.results[0].time_s, half.results[0].time_s);
  EXPECT_EQ(whole.results[3].sparsity_ratio, 0.9);
  ASSERT_EQ(whole.machines.size(), 1U);
  EXPECT_GT(*whole.machines[0].peak_flops.value, 0);
  EXPECT_GT(*whole.results[1].roofline_ratio.value, 0);
  EXPECT_FALSE(whole.input.empty());
  // Nothing is left: the third call measures nothing.
  EXPECT_EQ(run_kernels_suite(whole, watch).results[3].time_s, whole.results[3].time_s);
}

TEST(Suite, GoesOnInTheMiddleOfTheAxes) {
  const auto progress = make_quiet_progress();
  KernelsBenchRecord record = small_record();
  record.settings.sparsities = {0.5};
  record.settings.backends = {"cpu", "reference"};
  record.settings.dtypes = {"fp32", "bf16"};
  int points = 0;
  KernelsBenchRecord last;
  const KernelsWatch until_third{[&] { return points == 3; },
                                 [&](const KernelsBenchRecord& so_far) {
                                   last = so_far;
                                   ++points;
                                 },
                                 progress.get()};
  EXPECT_EQ(run_kernels_suite(record, until_third).status, RunStatus::interrupted);
  ASSERT_EQ(last.results.size(), 9U);
  const KernelsBenchRecord whole =
      run_kernels_suite(last, {[] { return false; }, [](const auto&) {}, progress.get()});
  ASSERT_EQ(whole.results.size(), 12U);
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < whole.results.size(); i += 3) {
    seen.push_back(whole.results[i].backend + " " + whole.results[i].dtype);
  }
  EXPECT_EQ(seen,
            (std::vector<std::string>{"cpu fp32", "cpu bf16", "reference fp32", "reference bf16"}));
  EXPECT_EQ(whole.results[6].time_s, last.results[6].time_s);
  EXPECT_EQ(whole.machines.size(), 1U) << "reference works on the machine of cpu";
  EXPECT_EQ(machine_of(whole, whole.results[9]), &whole.machines[0]);
}

TEST(Suite, TheReferenceBackEndIsMeasuredToo) {
  const auto progress = make_quiet_progress();
  KernelsBenchRecord record = small_record("reference");
  record.settings.sparsities = {0.5};
  const KernelsBenchRecord result =
      run_kernels_suite(record, {[] { return false; }, [](const auto&) {}, progress.get()});
  ASSERT_EQ(result.results.size(), 3U);
  EXPECT_FALSE(result.results[0].dense_name.empty());
}

}  // namespace
}  // namespace actscope::bench
