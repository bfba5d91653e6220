// SPDX-License-Identifier: Apache-2.0
#include "run/run_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/run/document.hpp"
#include "run/run_summary.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class ResumedRequest : public testing::Test {
 protected:
  RunRequest request(std::vector<std::string> arguments, const std::string& folder) {
    CLI::App command("", "run");
    RunOptions options;
    options.add_to(command, core::in_run);
    std::reverse(arguments.begin(), arguments.end());
    command.parse(arguments);
    return resumed_request(options, folder);
  }

  // A folder with the report of a run of seed 5 that ended so.
  std::string folder_with(RunStatus status) {
    RunConfig config;
    config.seed = 5;
    config.out = "elsewhere";
    scratch_.write("report.json",
                   reports::write_run_document(unmeasured_record(config, status, "a test")));
    return scratch_.path().string();
  }

  ScratchFolder scratch_;
};

TEST_F(ResumedRequest, needs_one_folder) {
  EXPECT_THROW((void)request({}, ""), ConfigError);
  EXPECT_THROW((void)request({"--out", "a"}, "b"), ConfigError);
  EXPECT_EQ(request({"--out", "a/../b"}, "b").config.out, "b");
  EXPECT_EQ(request({"--out", "a"}, "").config.out, "a");
}

TEST_F(ResumedRequest, takes_from_the_report_what_is_not_given) {
  const std::string folder = folder_with(RunStatus::interrupted);
  const RunRequest found = request({"--steps", "3"}, folder);
  ASSERT_TRUE(found.earlier);
  EXPECT_FALSE(found.is_complete());
  EXPECT_EQ(found.config.seed, 5);
  EXPECT_EQ(found.config.steps, 3);
  EXPECT_EQ(found.config.out, folder);
}

TEST_F(ResumedRequest, of_a_killed_run_has_only_the_options) {
  const RunRequest found = request({"--seed", "9"}, scratch_.path().string());
  EXPECT_FALSE(found.earlier);
  EXPECT_EQ(found.config.seed, 9);
}

TEST_F(ResumedRequest, of_a_complete_run_is_taken_with_equal_options_only) {
  const std::string folder = folder_with(RunStatus::completed);
  EXPECT_TRUE(request({}, folder).is_complete());
  EXPECT_TRUE(request({"--seed", "5"}, folder).is_complete());
  EXPECT_THAT(
      [&] {
        (void)request({"--seed", "6"}, folder);
      },
      ThrowsMessage<ConfigError>(HasSubstr("its run is complete")));
}

TEST_F(ResumedRequest, reads_no_damaged_report) {
  scratch_.write("report.json", "{");
  EXPECT_THROW((void)request({}, scratch_.path().string()), ReportFormatError);
}

TEST(CheckWeightsTarget, wants_a_place_for_a_file) {
  const ScratchFolder scratch;
  RunConfig config;
  EXPECT_NO_THROW(check_weights_target(config));
  config.save_weights = (scratch / "w.safetensors").string();
  EXPECT_NO_THROW(check_weights_target(config));
  config.save_weights = scratch.path().string();
  EXPECT_THROW(check_weights_target(config), EnvironmentError);
  config.save_weights = (scratch / "none/w.safetensors").string();
  EXPECT_THROW(check_weights_target(config), EnvironmentError);
  config.out = (scratch / "none").string();  // it will be made
  EXPECT_NO_THROW(check_weights_target(config));
}

}  // namespace
}  // namespace actscope::app
