// SPDX-License-Identifier: Apache-2.0
#include "run/run_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/reports/run/document.hpp"

namespace actscope::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(UnmeasuredRecord, is_a_whole_document_that_claims_nothing) {
  RunConfig config;
  config.scheme = "exact";
  const RunRecord record = unmeasured_record(config, RunStatus::failed, "the disk is full");
  const RunRecord read = reports::read_run_document(reports::write_run_document(record), "test");
  EXPECT_EQ(read.status, RunStatus::failed);
  EXPECT_EQ(read.status_reason, "the disk is full");
  EXPECT_FALSE(read.summary.saved_bytes.value);
  EXPECT_EQ(read.summary.saved_bytes.reason, "the disk is full");
  EXPECT_GT(read.summary.predicted_saved_bytes.value, 0);
  EXPECT_LT(read.summary.predicted_saved_bytes.value, read.summary.dense_saved_bytes.value);
  EXPECT_EQ(read.layer_names.size(), read.layers.size());
  EXPECT_GT(read.parameters, 0);
}

TEST(RunSummary, gives_the_reason_where_there_is_no_number) {
  const std::string text = run_summary(unmeasured_record({}, RunStatus::failed, "because"));
  EXPECT_THAT(text, HasSubstr("kept for backward   n/a (because)"));
  EXPECT_THAT(text, HasSubstr("held-out accuracy   n/a (because)"));
  EXPECT_THAT(text, Not(HasSubstr("report")));
}

TEST(RunSummary, tells_what_was_trained) {
  RunConfig config;
  config.scheme = "int4-bsr";
  config.block_rows = config.block_cols = 8;
  EXPECT_THAT(run_summary(unmeasured_record(config, RunStatus::failed, "because")),
              HasSubstr("scheme              int4-bsr 8x8 80 %\n"));
  for (int i = 0; i < 3; ++i) {
    for (const char* slot : {"x", "x1", "h"}) {
      config.slot_overrides.push_back("blocks." + std::to_string(i) + "." + slot + "=int8");
    }
  }
  EXPECT_THAT(run_summary(unmeasured_record(config, RunStatus::failed, "because")),
              HasSubstr("…\nkept"));
}

TEST(RunSummary, says_whether_the_prediction_held) {
  RunRecord record = unmeasured_record({}, RunStatus::completed, "none");
  RunSummary& s = record.summary;
  s.predicted_saved_bytes = Measured<std::int64_t>::of(1024);
  s.dense_saved_bytes = Measured<std::int64_t>::of(4096);
  s.saved_bytes = Measured<std::int64_t>::of(1024);
  EXPECT_THAT(
      run_summary(record),
      HasSubstr("1.00 KiB, as predicted to the byte; plain autograd keeps 4.00 KiB, 4.00x"));
  s.saved_bytes = Measured<std::int64_t>::of(2048);
  EXPECT_THAT(run_summary(record), HasSubstr("2.00 KiB, predicted 1.00 KiB"));
  s.saved_bytes = Measured<std::int64_t>::of(4096);
  s.predicted_saved_bytes = Measured<std::int64_t>::of(4096);
  EXPECT_THAT(run_summary(record), Not(HasSubstr("plain autograd")));
}

TEST(RunSummary, tells_accuracy_warnings_and_where_the_report_is) {
  RunRecord record = unmeasured_record({}, RunStatus::completed, "none");
  record.summary.heldout_accuracy_ratio = Measured<double>::of(0.8128);
  record.summary.steps = 2000;
  record.heldout_samples = 10000;
  record.warnings.emplace_back("look out");
  record.config.out = "runs/a";
  const std::string text = run_summary(record);
  EXPECT_THAT(text, HasSubstr("81.3 % of 10,000 images, after 2,000 steps"));
  EXPECT_THAT(text, HasSubstr("warning             look out"));
  EXPECT_THAT(text, HasSubstr("runs/a/report.json"));
}

}  // namespace
}  // namespace actscope::app
