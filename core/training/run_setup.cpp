// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/run_setup.hpp"

#include <algorithm>
#include <charconv>

#include "actscope/base/error.hpp"
#include "actscope/core/data/dataset.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/drop_path.hpp"
#include "actscope/core/scheme/sparsity_schedule.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/kernels/backend.hpp"
#include "training/weight_names.hpp"

namespace actscope::core {
namespace {

// Far above what any machine trains, far below what overflows when multiplied with another one.
constexpr std::int64_t most = 1'000'000'000;

void require_between(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  throw ConfigError(
      error_text(std::string(option) + " is out of range", "got " + std::to_string(value),
                 "give a number from " + std::to_string(low) + " to " + std::to_string(high)));
}

std::string text_of(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

void require_within(const char* option, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw ConfigError(error_text(std::string(option) + " is out of range", "got " + text_of(value),
                               "give a number from " + text_of(low) + " to " + text_of(high)));
}

bool is_published(const std::string& model) {
  return std::ranges::find(published_models(), model) != published_models().end();
}

void refuse_geometry_options(const RunConfig& config) {
  for (const auto& [option, value] : {std::pair{"--dim", config.dim},
                                      {"--depth", config.depth},
                                      {"--patch", config.patch},
                                      {"--image-size", config.image_size},
                                      {"--classes", config.classes}}) {
    if (!value) continue;
    throw ConfigError(error_text(std::string(option) + " does not go with " + config.model,
                                 "its geometry is published",
                                 "use --model resmlp, or leave the option out"));
  }
}

void validate_device(const std::string& device) {
  if (device == "cpu") return;
  if (device != "cuda") {
    throw ConfigError(error_text("unknown device '" + device + "'", {}, "give cpu or cuda"));
  }
  if (!kernels::is_built(kernels::Backend::cuda)) {
    throw BackendNotBuilt(error_text("device cuda was asked for",
                                     kernels::describe(kernels::Backend::cuda),
                                     "or use --device cpu"));
  }
  if (!kernels::is_usable(kernels::Backend::cuda)) {
    throw DeviceError(error_text("device cuda was asked for",
                                 kernels::describe(kernels::Backend::cuda), "use --device cpu"));
  }
}

void validate_trace(const std::string& level, const std::string& device) {
  for (const char* known : {"off", "ledger", "timeline", "audit"}) {
    if (level == known) return;
  }
  if (level != "cupti") {
    throw ConfigError(error_text("unknown trace level '" + level + "'", {},
                                 "give off, ledger, timeline, cupti or audit"));
  }
  if (device != "cuda") {
    throw DeviceError(error_text("trace level cupti records the kernels of a GPU",
                                 "the device is " + device, "use --trace timeline"));
  }
}

ResMlpGeometry free_geometry(const RunConfig& config, const DataShape& shape) {
  ResMlpGeometry geometry;
  geometry.image_size = config.image_size.value_or(shape.image_size);
  geometry.patch = config.patch.value_or(4);
  geometry.in_channels = shape.channels;
  geometry.dim = config.dim.value_or(64);
  geometry.depth = config.depth.value_or(4);
  geometry.classes = config.classes.value_or(shape.classes);
  return geometry;
}

}  // namespace

ResMlpGeometry resolve_geometry(const RunConfig& config) {
  const DataShape shape = data_shape(config);
  ResMlpGeometry geometry;
  if (config.model == "resmlp") {
    geometry = free_geometry(config, shape);
  } else {
    geometry = published_geometry(config.model);
    refuse_geometry_options(config);
  }
  geometry.validate();
  if (geometry.image_size != shape.image_size || geometry.in_channels != shape.channels) {
    throw ConfigError(error_text(config.model + " does not take the images of " + config.data,
                                 "the model wants " + std::to_string(geometry.in_channels) + "x" +
                                     std::to_string(geometry.image_size) + " px, the data has " +
                                     std::to_string(shape.channels) + "x" +
                                     std::to_string(shape.image_size),
                                 "use --model resmlp, or --data synthetic"));
  }
  if (geometry.classes < shape.classes) {
    throw ConfigError(error_text("the model has too few classes",
                                 "got " + std::to_string(geometry.classes) + ", " + config.data +
                                     " has " + std::to_string(shape.classes),
                                 "leave --classes out"));
  }
  return geometry;
}

void validate_run_config(const RunConfig& config) {
  require_between("--batch", config.batch, 1, most);
  require_between("--steps", config.steps, 0, most);
  require_between("--epochs", config.epochs, config.steps > 0 ? 0 : 1, most);
  require_between("--train-samples", config.train_samples, 0, most);
  require_between("--heldout-samples", config.heldout_samples, 0, most);
  require_between("--threads", config.threads, 0, 1024);
  require_between("--workspace-bytes", config.workspace_bytes, 1, std::int64_t{1} << 62);
  require_between("the budget", config.budget_bytes.value_or(1), 1, std::int64_t{1} << 62);
  require_between("--checkpoint-every", config.checkpoint_every, 0, most);
  require_between("--gradient-errors", config.gradient_errors, 0, most);
  (void)parse_schedule(config.schedule);
  require_between("--seed", config.seed, 0, std::int64_t{1} << 62);
  require_within("--lr", config.learning_rate, 1e-12, 1e3);
  require_within("--weight-decay", config.weight_decay, 0, 10);
  require_within("--warmup", config.warmup_ratio, 0, 1);
  require_within("--label-smoothing", config.label_smoothing, 0, 0.999);
  require_within("--max-corrupt-share", config.max_corrupt_share, 0, 1);
  require_between("--data-workers", config.data_workers, 1, 256);
  require_within("--drop-path", config.drop_path_ratio, 0, 0.9);
  require_within("--ema", config.ema_decay, 0, 0.999999999);
  if (config.optimizer != "adamw" && config.optimizer != "lamb") {
    throw ConfigError(
        error_text("unknown optimizer '" + config.optimizer + "'", {}, "give adamw or lamb"));
  }
  (void)parse_weight_names(config.weights_names);
  if (config.dtype != "fp32" && config.dtype != "bf16") {
    throw ConfigError(error_text("unknown element type '" + config.dtype + "' for training", {},
                                 "give fp32 or bf16"));
  }
  (void)make_scheme(config, resolve_geometry(config));
  validate_device(config.device);
  validate_trace(config.trace, config.device);
  if (config.checkpoint_every > 0 && config.out.empty()) {
    throw ConfigError(
        error_text("--checkpoint-every needs a folder", {}, "give --out DIR as well"));
  }
}

FootprintRecord footprint_of(const RunConfig& config, double sparsity_share) {
  ResMlpGeometry geometry;
  if (is_published(config.model)) {
    geometry = published_geometry(config.model);
    refuse_geometry_options(config);
  } else if (config.model == "resmlp") {
    geometry = free_geometry(config, data_shape(config));
    geometry.validate();
  } else {
    (void)published_geometry(config.model);  // raises, naming the models there are
  }
  require_between("--batch", config.batch, 1, most);
  require_between("--workspace-bytes", config.workspace_bytes, 1, std::int64_t{1} << 62);
  const ElementType type = parse_element_type(config.dtype);
  const Scheme scheme = scheme_at(make_scheme(config, geometry), sparsity_share);
  FootprintRecord record =
      predict_footprint(geometry, scheme, config.batch, type, config.workspace_bytes);
  require_within("--drop-path", config.drop_path_ratio, 0, 0.9);
  add_drop_path(record, geometry, type, config.drop_path_ratio);
  record.model = config.model;
  record.block_rows = config.block_rows;
  record.block_cols = config.block_cols;
  record.sparsity_ratio = config.sparsity_ratio;
  return record;
}

}  // namespace actscope::core
