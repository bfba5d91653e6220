// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/footprint_record.hpp"
#include "actscope/base/run_config.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"

namespace actscope::core {

/// The geometry of a configuration: a published model, or `resmlp` with its fields, sized for the
/// data (channels, classes, image size; an image size other than the data's is refused for real
/// data).
/// Errors  ConfigError: unknown model, geometry fields beside a published model, a patch that does
///         not divide the image, a data set whose images a published model does not take
ResMlpGeometry resolve_geometry(const RunConfig& config);

/// Throws what `train` would throw for the configuration itself, before any file is read or
/// written.
/// Errors  ConfigError, UnsupportedBlockSize: a value out of range; BackendNotBuilt, DeviceError:
///         the device is not there
void validate_run_config(const RunConfig& config);

/// The predicted footprint of a configuration, without reading data or allocating the model. A
/// published model is taken with any data set. `sparsity_share`: how much of its sparsity the
/// scheme has, all of it where the schedule has ended.
/// Errors  ConfigError, UnsupportedBlockSize: as make_scheme and resolve_geometry
FootprintRecord footprint_of(const RunConfig& config, double sparsity_share = 1);

}  // namespace actscope::core
