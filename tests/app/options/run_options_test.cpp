// SPDX-License-Identifier: Apache-2.0
#include "options/run_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/config/document.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

RunConfig parsed(std::vector<std::string> arguments, const RunConfig& defaults = {},
                 core::Command command_of = core::in_run) {
  CLI::App command("", "run");
  RunOptions options;
  options.add_to(command, command_of);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  command.parse(arguments);
  return options.resolve(defaults);
}

std::string text_of_config(const RunConfig& config) {
  return reports::write_config_document(config);
}

TEST(RunOptions, without_arguments_give_the_defaults) {
  EXPECT_EQ(text_of_config(parsed({})), text_of_config(RunConfig{}));
  RunConfig other;
  other.batch = 3;
  other.scheme = "exact";
  EXPECT_EQ(text_of_config(parsed({}, other)), text_of_config(other));
}

TEST(RunOptions, reach_every_field) {
  const RunConfig c = parsed({"--model",
                              "resmlp",
                              "--dim",
                              "8",
                              "--depth",
                              "2",
                              "--patch",
                              "7",
                              "--image-size",
                              "14",
                              "--classes",
                              "5",
                              "--data",
                              "synthetic",
                              "--data-dir",
                              "d",
                              "--train-samples",
                              "11",
                              "--heldout-samples",
                              "12",
                              "--no-augment",
                              "--scheme",
                              "int4-bsr",
                              "--block",
                              "8x64",
                              "--sparsity",
                              "0.5",
                              "--select",
                              "panel",
                              "--epochs",
                              "3",
                              "--steps",
                              "4",
                              "--batch",
                              "5",
                              "--seed",
                              "6",
                              "--lr",
                              "0.25",
                              "--weight-decay",
                              "0.125",
                              "--warmup",
                              "0.5",
                              "--label-smoothing",
                              "0",
                              "--device",
                              "cuda",
                              "--dtype",
                              "fp32",
                              "--threads",
                              "7",
                              "--workspace-bytes",
                              "1MiB",
                              "--trace",
                              "off",
                              "--weights",
                              "w",
                              "--schedule",
                              "warmup:3",
                              "--gradient-errors",
                              "8",
                              "--save-weights",
                              "s",
                              "--checkpoint-every",
                              "9",
                              "--out",
                              "o"});
  RunConfig wanted;
  wanted.dim = 8;
  wanted.depth = 2;
  wanted.patch = 7;
  wanted.image_size = 14;
  wanted.classes = 5;
  wanted.data = "synthetic";
  wanted.data_dir = "d";
  wanted.train_samples = 11;
  wanted.heldout_samples = 12;
  wanted.augment = false;
  wanted.scheme = "int4-bsr";
  wanted.block_rows = 8;
  wanted.block_cols = 64;
  wanted.sparsity_ratio = 0.5;
  wanted.schedule = "warmup:3";
  wanted.gradient_errors = 8;
  wanted.epochs = 3;
  wanted.steps = 4;
  wanted.batch = 5;
  wanted.seed = 6;
  wanted.learning_rate = 0.25;
  wanted.weight_decay = 0.125;
  wanted.warmup_ratio = 0.5;
  wanted.label_smoothing = 0;
  wanted.device = "cuda";
  wanted.threads = 7;
  wanted.workspace_bytes = 1 << 20;
  wanted.trace = "off";
  wanted.weights = "w";
  wanted.save_weights = "s";
  wanted.checkpoint_every = 9;
  wanted.out = "o";
  EXPECT_EQ(text_of_config(c), text_of_config(wanted));
}

TEST(RunOptions, collect_overrides_in_order) {
  const RunConfig c = parsed({"--slot", "a=keep", "--slot", "b=int8", "--operand", "c=full"});
  EXPECT_THAT(c.slot_overrides, ElementsAre("a=keep", "b=int8"));
  EXPECT_THAT(c.operand_overrides, ElementsAre("c=full"));
}

TEST(RunOptions, of_two_values_take_the_later) {
  EXPECT_EQ(parsed({"--steps", "3", "--steps", "4"}).steps, 4);
}

TEST(RunOptions, win_over_the_file_which_wins_over_the_defaults) {
  const ScratchFolder scratch;
  const std::string file = scratch.write(
      "config.json",
      R"({"schema": {"name": "actscope.config", "version": "1.0.0"}, "batch": 7, "seed": 8})");
  RunConfig defaults;
  defaults.batch = 1;
  defaults.seed = 2;
  defaults.steps = 3;
  const RunConfig c = parsed({"--config", file, "--seed", "9"}, defaults);
  EXPECT_EQ(c.batch, 7);
  EXPECT_EQ(c.seed, 9);
  EXPECT_EQ(c.steps, 3);
}

TEST(RunOptions, take_whole_batches_on_a_gpu_unless_told_otherwise) {
  constexpr std::int64_t mebibyte = 1 << 20;
  EXPECT_EQ(parsed({}).workspace_bytes, 64 * mebibyte);
  EXPECT_EQ(parsed({"--device", "cuda"}).workspace_bytes, 4096 * mebibyte);
  EXPECT_EQ(parsed({"--device", "cuda", "--workspace-bytes", "64MiB"}).workspace_bytes,
            64 * mebibyte);
  RunConfig earlier;  // what a run on a GPU was told
  earlier.device = "cuda";
  earlier.workspace_bytes = 5 * mebibyte;
  EXPECT_EQ(parsed({}, earlier).workspace_bytes, 5 * mebibyte);
  const ScratchFolder scratch;
  const std::string file = scratch.write(
      "config.json",
      R"({"schema": {"name": "actscope.config", "version": "1.0.0"}, "workspace_bytes": 7340032})");
  EXPECT_EQ(parsed({"--config", file, "--device", "cuda"}).workspace_bytes, 7 * mebibyte);
}

TEST(RunOptions, refuse_what_is_no_value) {
  EXPECT_THROW((void)parsed({"--steps", "many"}), ConfigError);
  EXPECT_THROW((void)parsed({"--steps"}), CLI::ParseError);
  EXPECT_THROW((void)parsed({"--nope"}), CLI::ParseError);
  EXPECT_THROW((void)parsed({"--config", "/nonexistent"}), DataError);
  EXPECT_THAT(
      [] {
        (void)parsed({"--scheme", "int4bsr"});
      },
      ThrowsMessage<ConfigError>(HasSubstr("did you mean int4-bsr?")));
  EXPECT_THAT(
      [] {
        (void)parsed({"--model", "resmlp_s11"});
      },
      ThrowsMessage<ConfigError>(HasSubstr("did you mean resmlp_s12?")));
}

TEST(RunOptions, of_a_footprint_are_those_that_bytes_depend_on) {
  constexpr auto footprint = core::in_footprint;
  EXPECT_EQ(parsed({"--batch", "4", "--dtype", "fp64"}, {}, footprint).dtype, "fp64");
  for (const char* option : {"--steps", "--lr", "--out", "--threads", "--config"}) {
    EXPECT_THROW((void)parsed({option, "1"}, {}, footprint), CLI::ParseError) << option;
  }
}

}  // namespace
}  // namespace actscope::app
