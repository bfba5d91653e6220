// SPDX-License-Identifier: Apache-2.0
#include "options/nearest_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace actscope::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

const std::vector<std::string> schemes{"dense", "int4", "int4-bsr", "checkpoint"};

TEST(NearestName, is_empty_where_nothing_is_near) {
  EXPECT_EQ(nearest_name("", schemes), "");
  EXPECT_EQ(nearest_name("zzzzzzzz", schemes), "");
  EXPECT_EQ(nearest_name("dense", {}), "");
}

TEST(NearestName, finds_slips_of_the_finger) {
  EXPECT_EQ(nearest_name("dnese", schemes), "dense");
  EXPECT_EQ(nearest_name("int4bsr", schemes), "int4-bsr");
  EXPECT_EQ(nearest_name("checkpoints", schemes), "checkpoint");
  EXPECT_EQ(nearest_name("int4", schemes), "int4");
}

TEST(NearestName, is_no_name_of_which_no_letter_is_left) {
  EXPECT_EQ(nearest_name("zz", {"ab"}), "");
}

TEST(Names, are_those_of_the_command) {
  CLI::App program("", "program");
  program.add_subcommand("run", "");
  CLI::App* report = program.add_subcommand("report", "");
  report->add_flag("--quiet");
  EXPECT_THAT(subcommand_names(program), ElementsAre("run", "report"));
  EXPECT_THAT(option_names(*report), Contains("--quiet"));
  EXPECT_THAT(option_names(program), Not(Contains("--quiet")));
}

}  // namespace
}  // namespace actscope::app
