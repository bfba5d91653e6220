// SPDX-License-Identifier: Apache-2.0
#include "run_options.hpp"

#include <algorithm>
#include <sstream>
#include <tuple>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/reports/config/document.hpp"
#include "nearest_name.hpp"
#include "planned_config.hpp"
#include "value_text.hpp"

namespace actscope::app {
namespace {

using Texts = std::vector<std::string>;

void read_value(const std::string&, const std::string& text, std::string& value) {
  value = text;
}
void read_value(const std::string& option, const std::string& text, std::int64_t& value) {
  value = parse_integer(option, text);
}
void read_value(const std::string& option, const std::string& text,
                std::optional<std::int64_t>& value) {
  value = parse_integer(option, text);
}
void read_value(const std::string& option, const std::string& text, double& value) {
  value = parse_real(option, text);
}

// " [128]" behind a help text; nothing where the default is to be told in words.
std::string default_text(const std::string& value) {
  return value.empty() ? "" : " [" + value + "]";
}
std::string default_text(std::int64_t value) {
  return " [" + std::to_string(value) + "]";
}
std::string default_text(double value) {
  std::ostringstream text;
  text << " [" << value << "]";
  return text.str();
}
std::string default_text(const std::optional<std::int64_t>&) {
  return "";
}

// Breaks a help text into lines that fit beside the option names.
std::string wrapped(const std::string& text) {
  constexpr std::size_t width = 70;
  std::istringstream words(text);
  std::string lines;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size()) {
    if (column > 0 && column + 1 + word.size() > width) {
      lines += "\n";
      column = 0;
    } else if (column > 0) {
      lines += " ";
      ++column;
    }
    lines += word;
  }
  return lines;
}

std::string joined(const Texts& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Texts models() {
  Texts names{"resmlp"};
  const Texts& published = core::published_models();
  names.insert(names.end(), published.begin(), published.end());
  return names;
}

void require_known(const char* what, const std::string& name, const Texts& known) {
  if (std::ranges::find(known, name) != known.end()) return;
  const std::string nearest = nearest_name(name, known);
  throw ConfigError(
      error_text(std::string("unknown ") + what + " '" + name + "'", "there are " + joined(known),
                 nearest.empty() ? "give one of these" : "did you mean " + nearest + "?"));
}

}  // namespace

RunConfig starting_config() {
  RunConfig config;
  config.scheme = "int4";
  return config;
}

void RunOptions::in_group(CLI::Option* added) {
  added->group(group_)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

template <class Value>
void RunOptions::option(const char* name, Value RunConfig::*field, const char* value_name,
                        const std::string& help) {
  const auto keep = [this, name, field](const std::string& text) {
    Value value{};
    read_value(name, text, value);
    given_.push_back([field, value](RunConfig& config) { config.*field = value; });
  };
  CLI::Option* added = command_->add_option_function<std::string>(
      name, keep, wrapped(help + default_text(starting_config().*field)));
  in_group(added->option_text(value_name));
}

void RunOptions::add_model() {
  group_ = "Model";
  option("--model", &RunConfig::model, "NAME", "one of " + joined(models()));
  option("--dim", &RunConfig::dim, "N", "resmlp: channels, from 1 [64]");
  option("--depth", &RunConfig::depth, "N", "resmlp: blocks, from 1 [4]");
  option("--patch", &RunConfig::patch, "N", "resmlp: patch side in pixels, divides the image [4]");
  option("--image-size", &RunConfig::image_size, "N", "resmlp: image side in pixels [the data's]");
  option("--classes", &RunConfig::classes, "N", "resmlp: classes [the data's]");
}

void RunOptions::add_data(Scope scope) {
  group_ = "Data";
  option("--data", &RunConfig::data, "NAME",
         "one of fashion-mnist, cifar10, cifar100, imagefolder, synthetic");
  if (scope == Scope::footprint) return;
  option("--data-dir", &RunConfig::data_dir, "DIR",
         "folder of the data set [where its Debian package puts it]");
  option("--max-corrupt-share", &RunConfig::max_corrupt_share, "RATIO",
         "imagefolder: share of images that may be unreadable, of each part, 0 to 1");
  if (scope == Scope::training) {
    option("--data-workers", &RunConfig::data_workers, "N",
           "imagefolder: batches decoded ahead, a thread each, 1 to 256");
    option("--train-samples", &RunConfig::train_samples, "N", "first N training images; 0: all");
  }
  option("--heldout-samples", &RunConfig::heldout_samples, "N", "first N held-out images; 0: all");
  if (scope != Scope::training) return;
  const auto no_augment = [this](std::int64_t) {
    given_.emplace_back([](RunConfig& config) { config.augment = false; });
  };
  command_->add_flag_function("--no-augment", no_augment, "no random crop and flip")->group(group_);
}

void RunOptions::add_compression(Scope scope) {
  group_ = "Compression";
  if (scope != Scope::plan) {
    option("--scheme", &RunConfig::scheme, "NAME", "one of " + joined(core::preset_names()));
  }
  const auto block = [this](const std::string& text) {
    const auto sides = parse_block("--block", text);
    given_.emplace_back(
        [sides](RunConfig& config) { std::tie(config.block_rows, config.block_cols) = sides; });
  };
  in_group(command_
               ->add_option_function<std::string>(
                   "--block", block, "block of the bsr schemes: side, or ROWSxCOLS as 8x64 [16]")
               ->option_text("N"));
  option("--sparsity", &RunConfig::sparsity_ratio, "RATIO",
         "share of blocks dropped, from 0 to below 1");
  option(
      "--select", &RunConfig::select, "NAME",
      "among which blocks the largest are kept: panel, row, column or global; random: a control; "
      "threshold: carried from step to step; with :unbiased drawn and rescaled");
  if (scope == Scope::plan) return;
  if (scope == Scope::training) {
    option("--schedule", &RunConfig::schedule, "NAME",
           "of sparsity over steps: constant; warmup:STEPS, dense before; cubic:FROM:TO, dense "
           "before and rising to all of it");
  }
  const auto overrides = [this](const char* name, Texts RunConfig::*field, const char* help) {
    const auto keep = [this, field](const Texts& texts) {
      given_.push_back([field, texts](RunConfig& config) { config.*field = texts; });
    };
    command_->add_option_function<Texts>(name, keep, wrapped(help))
        ->group(group_)
        ->option_text("P=V")
        ->allow_extra_args(false);
  };
  overrides(
      "--slot", &RunConfig::slot_overrides,
      "store of the slots that a pattern names, as 'blocks.*.h=int8': keep, drop, bsr:16:0.8, "
      "bsr+int2:16:0.8, int8, int4, int2, bf16, fp8, code4, code2, topk:0.9 or pool:2; "
      "repeatable, later ones win");
  overrides("--operand", &RunConfig::operand_overrides,
            "operand of a weight gradient, as 'blocks.*.dW1=bsr:16:0.8'; repeatable, later ones "
            "win");
}

void RunOptions::add_training(Scope scope) {
  group_ = "Training";
  option("--batch", &RunConfig::batch, "N", "images a step, from 1");
  option("--drop-path", &RunConfig::drop_path_ratio, "RATE",
         "chance that an image skips a half of a block, each for itself, 0 to 0.9");
  if (scope == Scope::footprint) return;
  option("--epochs", &RunConfig::epochs, "N", "passes over the training images, from 1");
  option("--steps", &RunConfig::steps, "N", "steps, instead of epochs; 0: by epochs");
  option("--seed", &RunConfig::seed, "N", "of initialization, order and augmentation, from 0");
  option("--optimizer", &RunConfig::optimizer, "NAME", "adamw or lamb");
  option("--lr", &RunConfig::learning_rate, "RATE", "highest learning rate, above 0");
  option("--weight-decay", &RunConfig::weight_decay, "RATE", "of matrices only, 0 to 10");
  option("--warmup", &RunConfig::warmup_ratio, "RATIO",
         "share of the steps with rising learning rate, 0 to 1");
  option("--label-smoothing", &RunConfig::label_smoothing, "RATIO", "0 to 0.999");
  option("--ema", &RunConfig::ema_decay, "DECAY",
         "of averaged weights, which are then evaluated and saved; 0: none, below 1");
  option("--weights", &RunConfig::weights, "FILE",
         "safetensors to start from, in timm's or the original names [seeded initialization]");
}

void RunOptions::add_machine(Scope scope) {
  group_ = "Machine";
  add_numbers(scope);
  if (scope == Scope::footprint) return;
  option("--device", &RunConfig::device, "NAME", "cpu or cuda");
  option("--threads", &RunConfig::threads, "N", "CPU threads; 0: one a core");
}

void RunOptions::add_numbers(Scope scope) {
  option("--dtype", &RunConfig::dtype, "NAME",
         scope == Scope::footprint
             ? "of activations: fp32, bf16 (parameters stay fp32) or fp64"
             : "of activations and their products: fp32 or bf16; parameters, optimizer and loss "
               "stay fp32");
  if (scope == Scope::evaluation) return;
  const auto workspace = [this](const std::string& text) {
    const std::int64_t bytes = parse_size("--workspace-bytes", text);
    given_.emplace_back([bytes](RunConfig& config) { config.workspace_bytes = bytes; });
  };
  in_group(command_
               ->add_option_function<std::string>("--workspace-bytes", workspace,
                                                  "transient memory of a compressed block, from 1; "
                                                  "units as 64MiB\n[64MiB; on cuda 4GiB]")
               ->option_text("SIZE"));
}

void RunOptions::add_evaluation() {
  group_ = "Evaluation";
  option("--weights", &RunConfig::weights, "FILE",
         "safetensors to evaluate, in timm's or the original names; required");
  option("--batch", &RunConfig::batch, "N", "images at once, from 1");
  option("--seed", &RunConfig::seed, "N", "of synthetic images, from 0");
}

void RunOptions::add_recording() {
  group_ = "Recording";
  option("--out", &RunConfig::out, "DIR",
         "output folder, made if need be; without it nothing is written");
  option("--trace", &RunConfig::trace, "LEVEL",
         "off; ledger: counts every saved byte; timeline: and allocations\nand operators of 16 "
         "steps; cupti: and GPU kernels; audit: and\ncross-checks");
  option("--gradient-errors", &RunConfig::gradient_errors, "N",
         "hold gradients against the exact ones every N steps, by two more passes; 0: never");
  option("--save-weights", &RunConfig::save_weights, "FILE", "safetensors to write at the end");
  option("--weights-names", &RunConfig::weights_names, "NAME",
         "of the tensors written: timm, or original as facebookresearch/deit");
  option("--checkpoint-every", &RunConfig::checkpoint_every, "N",
         "steps between checkpoints in DIR; 0: only when stopped");
  in_group(command_
               ->add_option("--config", config_file_,
                            "actscope.config document; options given beside it win")
               ->option_text("FILE"));
}

void RunOptions::add_to(CLI::App& command, Scope scope) {
  command_ = &command;
  add_model();
  add_data(scope);
  if (scope == Scope::evaluation) {
    add_evaluation();
  } else {
    add_compression(scope);
    add_training(scope);
  }
  add_machine(scope);
  if (scope == Scope::training) add_recording();
}

void RunOptions::add_plan() {
  group_ = "Compression";
  in_group(command_
               ->add_option("--plan", plan_file_,
                            "actscope.plan document to obey: model, batch, stores and budget")
               ->option_text("FILE"));
}

RunConfig RunOptions::resolve(const RunConfig& defaults) const {
  RunConfig config = defaults;
  constexpr std::int64_t said_by_nobody = -1;
  if (config.workspace_bytes == usual_workspace_bytes(config.device)) {
    config.workspace_bytes = said_by_nobody;
  }
  if (!config_file_.empty()) {
    config = reports::read_config_document(read_file(config_file_, 1 << 20), config_file_, config);
  }
  std::optional<PlanRecord> plan;
  if (!plan_file_.empty()) {
    plan = read_plan(plan_file_);
    take_plan(*plan, config);
  }
  for (const auto& apply : given_) apply(config);
  if (config.workspace_bytes == said_by_nobody) {
    config.workspace_bytes = usual_workspace_bytes(config.device);
  }
  if (plan) require_as_planned(*plan, config);
  require_known("model", config.model, models());
  require_known("scheme", config.scheme, core::preset_names());
  return config;
}

}  // namespace actscope::app
