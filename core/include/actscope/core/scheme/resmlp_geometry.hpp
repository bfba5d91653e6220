// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::core {

/// The shape of a ResMLP: patch embedding, `depth` blocks of token mixing and channel mixing, final
/// affine, mean over tokens, linear head. Source: Touvron et al., arXiv:2105.03404.
struct ResMlpGeometry {
  std::int64_t image_size = 28;
  std::int64_t patch = 4;
  std::int64_t in_channels = 1;
  std::int64_t dim = 64;
  std::int64_t depth = 4;
  std::int64_t classes = 10;
  std::int64_t expansion = 4;
  double layer_scale_init = 0.1;

  std::int64_t grid() const noexcept { return image_size / patch; }
  std::int64_t tokens() const noexcept { return grid() * grid(); }
  std::int64_t hidden() const noexcept { return expansion * dim; }

  /// Errors  ConfigError: a length below 1, patch not a divisor of image_size, or a model above
  ///         2^40 parameters
  void validate() const;
};

/// resmlp_s12, resmlp_s24, resmlp_s36, resmlp_b24_16, resmlp_b24_8.
const std::vector<std::string>& published_models();

/// Geometry of a published model: 224 px, 3 channels, 1000 classes.
/// Errors  ConfigError: unknown name, with those that exist
ResMlpGeometry published_geometry(std::string_view name);

/// Number of parameters, from the geometry alone. Units: elements.
std::int64_t parameter_count(const ResMlpGeometry& geometry);

/// "blocks.0" … : stem, blocks, tail, loss, in forward order.
std::vector<std::string> layer_names(const ResMlpGeometry& geometry);

}  // namespace actscope::core
