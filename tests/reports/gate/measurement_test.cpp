// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/measurement.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "actscope/base/error.hpp"
#include "gate/made_rounds.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

TEST(Measurement, NamesOfNumbersSayWhatTheyAre) {
  const ReportedValues reported = values_of_numbers(
      R"({"epoch_s": 1.5, "images_per_s": 10, "saved_bytes": 7, "launch_count": 3, "loss": null})",
      "t");
  ASSERT_EQ(reported.metrics.size(), 5U);
  const auto metric = [&](const std::string& name) {
    for (const MeasuredMetric& one : reported.metrics) {
      if (one.name == name) return one;
    }
    return MeasuredMetric{};
  };
  EXPECT_EQ(metric("epoch_s").kind, MetricClass::timing);
  EXPECT_TRUE(metric("epoch_s").is_primary);
  EXPECT_EQ(metric("images_per_s").wanted, Wanted::more);
  EXPECT_TRUE(metric("images_per_s").is_primary);
  EXPECT_EQ(metric("saved_bytes").kind, MetricClass::exact);
  EXPECT_EQ(metric("launch_count").wanted, Wanted::lower_count);
  EXPECT_EQ(metric("loss").kind, MetricClass::timing);
  EXPECT_FALSE(metric("loss").is_primary);
  EXPECT_TRUE(std::isnan(reported.values.at("loss")));
  EXPECT_EQ(reported.values.at("epoch_s"), 1.5);
}

TEST(Measurement, RefusesWhatIsNoObjectOfNumbers) {
  for (const char* text : {"", "[]", "{}", "3", "{\"a\": \"b\"}", "{\"a\": {}}", "{\"a\": NaN}",
                           "{\"a\": 1", "{\"a\": 1, \"a\": 2}", "{\"a\": true}"}) {
    EXPECT_THROW((void)values_of_numbers(text, "t"), ReportFormatError) << text;
  }
}

TEST(Measurement, TakesTheMetricsOfARunReport) {
  const RunRecord run = small_run();
  const ReportedValues reported = values_of_run(run);
  EXPECT_EQ(reported.values.at("step_time_s"), *run.summary.step_time_s.value);
  EXPECT_EQ(reported.values.at("saved_bytes"), static_cast<double>(*run.summary.saved_bytes.value));
  int primaries = 0;
  for (const MeasuredMetric& metric : reported.metrics) {
    primaries += metric.is_primary ? 1 : 0;
    EXPECT_EQ(metric.is_primary, metric.name == "step_time_s") << metric.name;
  }
  EXPECT_EQ(primaries, 1);
}

TEST(Measurement, CountsCallsAndLaunchesOfARunReport) {
  RunRecord run = small_run();
  run.operators.clear();
  run.kernels.clear();
  EXPECT_FALSE(values_of_run(run).values.contains("operators.calls_count"));
  OperatorTiming product, gelu, gemm;
  product.calls = 3;
  gelu.calls = 4;
  gemm.calls = 5;
  run.operators = {product, gelu};
  run.kernels = {gemm};
  const ReportedValues reported = values_of_run(run);
  EXPECT_EQ(reported.values.at("operators.calls_count"), 7);
  EXPECT_EQ(reported.values.at("kernels.launches_count"), 5);
  EXPECT_EQ(reported.metrics.back().kind, MetricClass::exact);
}

TEST(RoundsDocument, IsReadAsItWasWritten) {
  GateMeasurement measurement = drawn_measurement(1.1, 3, 2);
  measurement.rounds[0].candidate = {{}, "the command failed"};
  measurement.rounds[1].baseline.values["step_time_s"] = std::nan("");
  measurement.rounds[2].baseline.values.erase("saved_bytes");
  measurement.rounds[3].load.steal_ratio = 0.25;
  measurement.rounds[3].load.frequency_hz = 2e9;
  const std::string text = write_rounds_document(measurement);
  const GateMeasurement again = read_rounds_document(text, "t");
  EXPECT_EQ(write_rounds_document(again), text);
  EXPECT_EQ(again.rounds.size(), 5U);
  EXPECT_EQ(again.rounds[0].candidate.failure, "the command failed");
  EXPECT_TRUE(std::isnan(again.rounds[1].baseline.values.at("step_time_s")));
  EXPECT_FALSE(again.rounds[2].baseline.values.contains("saved_bytes"));
  EXPECT_EQ(again.rounds[3].load.steal_ratio, 0.25);
  EXPECT_FALSE(again.rounds[3].load.foreign_ratio);
  EXPECT_EQ(again.rounds[4].batch, 1);
  EXPECT_EQ(again.rounds[4].is_candidate_first, measurement.rounds[4].is_candidate_first);
}

TEST(RoundsDocument, RefusesWhatDoesNotFit) {
  const std::string text = write_rounds_document(drawn_measurement(1, 1, 0));
  const auto refused = [&](const std::string& what, const std::string& by) {
    std::string changed = text;
    const std::size_t at = changed.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    changed.replace(at, what.size(), by);
    EXPECT_THROW((void)read_rounds_document(changed, "t"), ReportFormatError) << by;
  };
  refused("\"batch\": 0", "\"batch\": 2");
  refused("\"class\": \"timing\"", "\"class\": \"slow\"");
  refused("\"wanted\": \"fewer\"", "\"wanted\": \"least\"");
  refused("\"elapsed_s\": 2.0", "\"elapsed_s\": -2.0");
  refused("\"step_time_s\": ", "\"step_time_s\": \"slow\", \"other\": ");
  refused("\"first\": \"", "\"first\": \"no ");
  refused("actscope.rounds", "actscope.run");
  EXPECT_THROW((void)read_rounds_document(text.substr(0, text.size() / 2), "t"), ReportFormatError);
}

}  // namespace
}  // namespace actscope::reports::test
