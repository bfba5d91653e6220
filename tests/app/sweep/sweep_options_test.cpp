// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/reports/config/document.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

using testing::ElementsAre;

struct Parsed {
  SweepSpec spec;
  bool is_empty = false;
};

Parsed parsed(std::vector<std::string> arguments) {
  CLI::App command("", "sweep");
  SweepOptions options;
  options.add_to(command);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  command.parse(arguments);
  return {options.resolve(), options.is_empty()};
}

TEST(SweepOptions, NothingGivenIsEmpty) {
  const Parsed nothing = parsed({});
  EXPECT_TRUE(nothing.is_empty);
  EXPECT_TRUE(nothing.spec.baselines);
  EXPECT_TRUE(nothing.spec.schemes.empty());
  EXPECT_TRUE(parsed({"--out", "x"}).is_empty);
  EXPECT_FALSE(parsed({"--batch", "3"}).is_empty);
  EXPECT_FALSE(parsed({"--no-baselines"}).is_empty);
  EXPECT_FALSE(parsed({"--trace", "off"}).is_empty);
}

TEST(SweepOptions, ReadAxes) {
  const SweepSpec spec = parsed({"--schemes", "int4-bsr,exact", "--blocks", "4,8x64",
                                 "--sparsities", "0.5,0.75", "--seeds", "0,7", "--batch", "3"})
                             .spec;
  EXPECT_THAT(spec.schemes, ElementsAre("int4-bsr", "exact"));
  EXPECT_THAT(spec.blocks, ElementsAre(BlockSides{4, 4}, BlockSides{8, 64}));
  EXPECT_THAT(spec.sparsities, ElementsAre(0.5, 0.75));
  EXPECT_THAT(spec.seeds, ElementsAre(0, 7));
  EXPECT_EQ(spec.base.batch, 3);
}

TEST(SweepOptions, GivenOnesWinOverTheFile) {
  const ScratchFolder folder;
  SweepSpec spec;
  spec.base.batch = 5;
  spec.schemes = {"int4-bsr"};
  spec.seeds = {1, 2};
  const std::string file = folder.write("spec.json", reports::write_sweep_spec(spec));
  const SweepSpec read = parsed({file, "--seeds", "9", "--batch", "6"}).spec;
  EXPECT_THAT(read.schemes, ElementsAre("int4-bsr"));
  EXPECT_THAT(read.seeds, ElementsAre(9));
  EXPECT_EQ(read.base.batch, 6);
}

TEST(SweepOptions, GoIntoEveryPointOfAFileAndRefuseOneThatSavesWeights) {
  const ScratchFolder folder;
  SweepSpec spec;
  spec.points.resize(2);
  spec.points[1].scheme = "exact";
  const std::string file = folder.write("spec.json", reports::write_sweep_spec(spec));
  const SweepSpec read = parsed({file, "--batch", "6"}).spec;
  ASSERT_EQ(read.points.size(), 2u);
  EXPECT_EQ(read.points[0].batch, 6);
  EXPECT_EQ(read.points[1].batch, 6);
  EXPECT_EQ(read.points[1].scheme, "exact");
  spec.points[0].save_weights = "w";
  const std::string other = folder.write("other.json", reports::write_sweep_spec(spec));
  EXPECT_THROW((void)parsed({other}), ConfigError);
}

TEST(SweepOptions, RefuseWhatIsNoList) {
  EXPECT_THROW((void)parsed({"--seeds", "1,,2"}), ConfigError);
  EXPECT_THROW((void)parsed({"--seeds", "1.5"}), ConfigError);
  EXPECT_THROW((void)parsed({"--blocks", "8x"}), ConfigError);
  EXPECT_THROW((void)parsed({"--schemes", "int5"}), ConfigError);
  EXPECT_THROW((void)parsed({"--save-weights", "w"}), ConfigError);
}

}  // namespace
}  // namespace actscope::app
