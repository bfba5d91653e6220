// SPDX-License-Identifier: Apache-2.0
#include "gate/reported_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "actscope/base/error.hpp"
#include "actscope/reports/run/document.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

class ReportedValues : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.path() / name) << text;
  }
  reports::ReportedValues read(Reporting reporting = Reporting::required) {
    end_.wall_s = 2;
    return reported_values(request_, end_, reporting);
  }
  std::string refusal() {
    try {
      (void)read();
    } catch (const RunError& error) {
      return error.what();
    }
    return "none";
  }
  void expect_refusal(const std::string& part) {
    const std::string text = refusal();
    EXPECT_NE(text.find(part), std::string::npos) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  }

  ScratchFolder folder_;
  LaunchRequest request_{"x", folder_.path(), folder_.path() / "o", folder_.path() / "e", 3, {}};
  LaunchEnd end_;
};

TEST_F(ReportedValues, TakesTheNumbersOfTheLastLine) {
  write("o", "epoch 1\n{\"a_s\": 9}\n{\"a_s\": 1.5, \"b_bytes\": 3}\n\n");
  const reports::ReportedValues reported = read();
  EXPECT_EQ(reported.values.at("a_s"), 1.5);
  EXPECT_EQ(reported.values.at("b_bytes"), 3);
  EXPECT_EQ(reported.values.at("process.wall_s"), 2);
  for (const auto& metric : reported.metrics) EXPECT_EQ(metric.is_primary, metric.name == "a_s");
}

TEST_F(ReportedValues, ItsOwnTimeIsPrimaryWhereNothingElseIs) {
  const reports::ReportedValues reported = read(Reporting::process_only);
  EXPECT_EQ(reported.metrics.front().name, "process.wall_s");
  EXPECT_TRUE(reported.metrics.front().is_primary);
}

TEST_F(ReportedValues, TakesARunReport) {
  RunRecord run;
  run.status = RunStatus::completed;
  run.summary.step_time_s = Measured<double>::of(0.25);
  run.summary.saved_bytes = Measured<std::int64_t>::of(640);
  write("report.json", reports::write_run_document(run));
  write("o", "{\"a_s\": 9}\n");  // the report comes first
  const reports::ReportedValues reported = read();
  EXPECT_EQ(reported.values.at("step_time_s"), 0.25);
  EXPECT_EQ(reported.values.at("saved_bytes"), 640);
  EXPECT_FALSE(reported.values.contains("a_s"));
  run.status = RunStatus::failed;
  run.status_reason = "the loss diverged";
  write("report.json", reports::write_run_document(run));
  expect_refusal("the loss diverged");
}

TEST_F(ReportedValues, RefusesWhatIsNoReport) {
  expect_refusal("reported nothing [no output");
  write("o", "done\n");
  expect_refusal("its last line is: done");
  write("o", "{\"a_s\": \"fast\"}\n");
  expect_refusal("printed no numbers");
  write("o", "{\"a_s\": 1\n");
  expect_refusal("printed no numbers");
  write("o", std::string(3000000, 'x'));
  EXPECT_LT(refusal().size(), 1000U);
  write("o", std::string("\x1b[2J\x07{}\0\xff\n", 11));
  expect_refusal("reported nothing");
  write("report.json", "{");
  expect_refusal("no valid report");
  write("report.json", R"({"schema": {"name": "actscope.sweep", "version": "1.0.0"}})");
  expect_refusal("wrote an actscope.sweep document");
}

TEST_F(ReportedValues, RefusesACommandThatDidNotEndWell) {
  write("o", "{\"a_s\": 1}\n");
  write("e", "Traceback\nValueError: no\n");
  end_.exit_code = 1;
  expect_refusal("exit code 1: ValueError: no");
  end_.exit_code = 127;
  expect_refusal("did not start");
  end_.outcome = LaunchOutcome::signaled;
  end_.signal = 9;
  expect_refusal("signal 9, Killed");
  end_.outcome = LaunchOutcome::timed_out;
  expect_refusal("killed after 3");
}

TEST_F(ReportedValues, LastLineOfAnyFile) {
  EXPECT_EQ(last_line_of(folder_.path() / "none"), "");
  write("o", "");
  EXPECT_EQ(last_line_of(folder_.path() / "o"), "");
  write("o", "\n \n");
  EXPECT_EQ(last_line_of(folder_.path() / "o"), "");
  write("o", "only");
  EXPECT_EQ(last_line_of(folder_.path() / "o"), "only");
  write("o", "a\r\nb\r\n");
  EXPECT_EQ(last_line_of(folder_.path() / "o"), "b");
}

}  // namespace
}  // namespace actscope::app
