// SPDX-License-Identifier: Apache-2.0
#include "run/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DenseRun, IsTheFirstCompletedOne) {
  std::vector<NamedRun> runs{
      {"a", small_run("exact")}, {"b", small_run("dense")}, {"c", small_run("dense")}};
  EXPECT_EQ(dense_run({}), nullptr);
  EXPECT_EQ(dense_run(runs)->name, "b");
  runs[1].record.status = RunStatus::failed;
  EXPECT_EQ(dense_run(runs)->name, "c");
}

TEST(RunTable, WithoutADenseRunNothingIsCompared) {
  const std::vector<NamedRun> runs{{"a", small_run("exact")}};
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("600 B,n/a,9.38 KiB,n/a,250 ms,n/a,81.5 %,n/a"));
}

TEST(RunTable, FactorsAreAgainstTheDenseRun) {
  std::vector<NamedRun> runs{{"d", small_run("dense", 1400)}, {"e", small_run("exact", 350)}};
  runs[1].record.summary.step_time_s = Measured<double>::of(0.5);
  runs[1].record.summary.heldout_accuracy_ratio = Measured<double>::of(0.8);
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("350 B,4.00x,"));
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("500 ms,2.00x,80.0 %,-1.5"));
}

TEST(RunTable, ComparesWithTheDenseRunThatTrainedAlike) {
  std::vector<NamedRun> runs{{"lamb", small_run("dense", 700)},
                             {"d", small_run("dense", 1400)},
                             {"e", small_run("exact", 350)}};
  runs[0].record.config.optimizer = "lamb";
  runs[0].record.summary.heldout_accuracy_ratio = Measured<double>::of(0.3);
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("350 B,4.00x,"));
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("+0.0 ±"));
  runs[2].record.config.weight_decay = 0.5;
  EXPECT_THAT(run_table(runs).csv(), HasSubstr("350 B,n/a,"));
  EXPECT_THAT(
      remarks_on(runs).general,
      testing::Contains("e: no dense run trains alike (weight_decay: 0.05 -> 0.5), so it is "
                        "not compared."));
}

TEST(RunTable, BlocksShowWhereTheSchemeHasThem) {
  RunRecord run = small_run("int4-bsr");
  run.config.block_cols = 64;
  EXPECT_EQ(block_text(run.config), "16x64");
  run.config.scheme = "int4";
  EXPECT_EQ(block_text(run.config), "-");
}

TEST(AccuracyRemark, SaysHowMuchIsNoise) {
  std::vector<NamedRun> runs{{"a", small_run()}};
  // By Clopper and Pearson: 81.5 of 100.
  EXPECT_NEAR(accuracy_interval_of(runs[0].record).value().low, 0.7253, 1e-3);
  EXPECT_THAT(accuracy_remark(runs), HasSubstr("±9.0 points of each open (95 %); one seed"));
  EXPECT_THAT(accuracy_remark(runs), HasSubstr("early learning"));
  runs.push_back(runs[0]);
  runs[1].record.config.seed = 4;
  runs[1].record.accuracy[0].epoch = 50;
  EXPECT_THAT(accuracy_remark(runs), Not(HasSubstr("one seed")));
  EXPECT_THAT(accuracy_remark(runs), Not(HasSubstr("early learning")));
}

TEST(AccuracyRemark, WithoutMeasurementsSaysSo) {
  std::vector<NamedRun> runs{{"a", small_run()}};
  runs[0].record.summary.heldout_accuracy_ratio = Measured<double>::missing("no data");
  EXPECT_EQ(accuracy_remark(runs), "No run measured accuracy.");
  EXPECT_EQ(accuracy_remark({}), "No run measured accuracy.");
  runs[0].record = small_run();
  runs[0].record.heldout_samples = 0;
  EXPECT_FALSE(accuracy_interval_of(runs[0].record).has_value());
  EXPECT_THAT(accuracy_remark(runs), HasSubstr("is not known"));
}

}  // namespace
}  // namespace actscope::reports::test
