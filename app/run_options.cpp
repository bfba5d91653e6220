// SPDX-License-Identifier: Apache-2.0
#include "run_options.hpp"

#include <charconv>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/units.hpp"
#include "actscope/reports/config_document.hpp"

namespace actscope::app {
namespace {

std::int64_t whole_number(const std::string& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) number = 0;
  return number;
}

}  // namespace

std::pair<std::int64_t, std::int64_t> parse_block(const std::string& text) {
  const std::size_t cross = text.find('x');
  const std::int64_t rows = whole_number(text.substr(0, cross));
  const std::int64_t cols =
      cross == std::string::npos ? rows : whole_number(text.substr(cross + 1));
  if (rows < 1 || cols < 1) {
    throw ConfigError(error_text("--block is out of range", "got '" + text + "'",
                                 "give a side as 16, or rows and columns as 8x64, from 1"));
  }
  return {rows, cols};
}

template <class T>
void RunOptions::option(CLI::App& command, const std::string& name, T RunConfig::*field,
                        const std::string& help, const std::string& group) {
  CLI::Option* added = command.add_option(name, given_.*field, help)->group(group);
  if constexpr (!requires(T value) { value.has_value(); }) {
    if constexpr (!std::is_same_v<T, std::vector<std::string>>) added->capture_default_str();
  }
  overrides_.push_back([this, added, field](RunConfig& config) {
    if (added->count() > 0) config.*field = given_.*field;
  });
}

void RunOptions::add_to(CLI::App& command, Scope scope) {
  const std::string model = "Model", data = "Data", compression = "Compression",
                    training = "Training", machine = "Machine", recording = "Recording";
  option(command, "--model", &RunConfig::model,
         "resmlp, resmlp_s12, resmlp_s24, resmlp_s36, resmlp_b24_16 or resmlp_b24_8", model);
  option(command, "--dim", &RunConfig::dim, "channels of resmlp [64]", model);
  option(command, "--depth", &RunConfig::depth, "blocks of resmlp [4]", model);
  option(command, "--patch", &RunConfig::patch, "patch side of resmlp in pixels [4]", model);
  option(command, "--image-size", &RunConfig::image_size,
         "image side of resmlp in pixels [the data's]", model);
  option(command, "--classes", &RunConfig::classes, "classes of resmlp [the data's]", model);
  option(command, "--data", &RunConfig::data, "fashion-mnist, cifar10, cifar100 or synthetic",
         data);
  option(command, "--scheme", &RunConfig::scheme,
         "dense, linear-bsr, exact, exact-bsr, int8, int4, int4-bsr or checkpoint", compression);
  CLI::Option* block =
      command.add_option("--block", block_, "block side, or ROWSxCOLS as 8x64 [16]")
          ->group(compression);
  overrides_.push_back([this, block](RunConfig& config) {
    if (block->count() > 0) std::tie(config.block_rows, config.block_cols) = parse_block(block_);
  });
  option(command, "--sparsity", &RunConfig::sparsity_ratio,
         "share of blocks dropped, at least 0 and below 1", compression);
  option(command, "--select", &RunConfig::select, "how kept blocks are chosen: panel", compression);
  option(command, "--slot", &RunConfig::slot_overrides,
         "PATTERN=STORE, as 'blocks.*.h=int8'; repeatable", compression);
  option(command, "--operand", &RunConfig::operand_overrides,
         "PATTERN=OPERAND, as 'blocks.*.dW1=bsr:16:0.8'; repeatable", compression);
  option(command, "--batch", &RunConfig::batch, "images a step, from 1", training);
  option(command, "--dtype", &RunConfig::dtype, scope == Scope::footprint ? "fp32 or fp64" : "fp32",
         machine);
  CLI::Option* workspace =
      command
          .add_option("--workspace-bytes", workspace_,
                      "transient memory of a compressed block, as 64MiB [64MiB]")
          ->group(machine);
  overrides_.push_back([this, workspace](RunConfig& config) {
    if (workspace->count() > 0) config.workspace_bytes = parse_bytes(workspace_);
  });
  if (scope == Scope::footprint) return;

  option(command, "--data-dir", &RunConfig::data_dir, "folder of the data set", data);
  option(command, "--train-samples", &RunConfig::train_samples, "first N training images; 0: all",
         data);
  option(command, "--heldout-samples", &RunConfig::heldout_samples,
         "first N held-out images; 0: all", data);
  CLI::Option* plain_images =
      command.add_flag("--no-augment", no_augment_, "no random crop and flip")->group(data);
  overrides_.push_back([plain_images](RunConfig& config) {
    if (plain_images->count() > 0) config.augment = false;
  });
  option(command, "--epochs", &RunConfig::epochs, "passes over the training images", training);
  option(command, "--steps", &RunConfig::steps, "steps instead of epochs; 0: by epochs", training);
  option(command, "--seed", &RunConfig::seed, "of initialization, order and augmentation",
         training);
  option(command, "--lr", &RunConfig::learning_rate, "peak learning rate of AdamW", training);
  option(command, "--weight-decay", &RunConfig::weight_decay, "of matrices", training);
  option(command, "--warmup", &RunConfig::warmup_ratio, "share of steps with rising rate",
         training);
  option(command, "--label-smoothing", &RunConfig::label_smoothing, "from 0, below 1", training);
  option(command, "--weights", &RunConfig::weights, "safetensors file to start from", training);
  option(command, "--device", &RunConfig::device, "cpu or cuda", machine);
  option(command, "--threads", &RunConfig::threads, "CPU threads; 0: all cores", machine);
  option(command, "--trace", &RunConfig::trace, "off or ledger", recording);
  option(command, "--save-weights", &RunConfig::save_weights, "safetensors file to write",
         recording);
  option(command, "--checkpoint-every", &RunConfig::checkpoint_every,
         "steps between checkpoints; 0: only when stopped", recording);
  option(command, "--out", &RunConfig::out, "output folder; without it nothing is written",
         recording);
  command.add_option("--config", config_file_, "actscope.config file; options given beside it win")
      ->group("Recording");
}

RunConfig RunOptions::resolve() const {
  RunConfig config;
  if (!config_file_.empty()) {
    config = reports::read_config_document(read_file(config_file_, 1 << 20), config_file_, config);
  }
  for (const auto& apply : overrides_) apply(config);
  return config;
}

}  // namespace actscope::app
