// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/run_setup.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/core/data/dataset.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/scheme/drop_path.hpp"
#include "actscope/core/scheme/sparsity_schedule.hpp"
#include "actscope/core/training/training.hpp"
#include "actscope/kernels/backend.hpp"

namespace actscope::core {
namespace {

bool is_published(const std::string& model) {
  return std::ranges::find(published_models(), model) != published_models().end();
}

void refuse_geometry_options(const RunConfig& config) {
  for (const char* field : {"dim", "depth", "patch", "image_size", "classes"}) {
    const RunOption& option = run_option(field);
    if (is_equal(option, config, RunConfig())) continue;
    throw ConfigError(error_text(shown_name(option) + " does not go with " + config.model,
                                 "its geometry is published",
                                 "use --model resmlp, or leave the option out"));
  }
}

void require_usable(DeviceKind device) {
  if (device == DeviceKind::cpu) return;
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

void require_recordable(TraceLevel level, DeviceKind device) {
  if (level != TraceLevel::cupti || device == DeviceKind::cuda) return;
  throw DeviceError(error_text("trace level cupti records the kernels of a GPU",
                               "the device is cpu", "use --trace timeline"));
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
  if (config.steps == 0) {
    RunOption epochs = run_option("epochs");
    epochs.integers->low = 1;
    check_value(epochs, config);
  }
  for (const RunOption& option : run_options()) check_value(option, config);
  (void)parse_schedule(config.schedule);
  (void)make_scheme(config, resolve_geometry(config));
  require_usable(device_of(config));
  require_recordable(trace_level_of(config), device_of(config));
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
  // Names are left out: they are refused where they are read, and a published model reads no data.
  for (const RunOption& option : run_options()) {
    if ((option.commands & in_footprint) != 0 && option.choices == nullptr) {
      check_value(option, config);
    }
  }
  const ElementType type = parse_element_type(config.dtype);
  const Scheme scheme = scheme_at(make_scheme(config, geometry), sparsity_share);
  FootprintRecord record =
      predict_footprint(geometry, scheme, config.batch, type, config.workspace_bytes);
  add_drop_path(record, geometry, type, config.drop_path_ratio);
  record.model = config.model;
  record.block_rows = config.block_rows;
  record.block_cols = config.block_cols;
  record.sparsity_ratio = config.sparsity_ratio;
  return record;
}

}  // namespace actscope::core
