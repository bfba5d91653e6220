// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "actscope/base/footprint_record.hpp"
#include "actscope/core/resmlp_geometry.hpp"
#include "actscope/core/scheme.hpp"

namespace actscope::core {

/// Element type of a training run.
enum class ElementType { fp32, fp64 };

/// Errors  ConfigError: a name other than "fp32", "fp64"
ElementType parse_element_type(std::string_view name);
constexpr std::int64_t size_of(ElementType type) {
  return type == ElementType::fp32 ? 4 : 8;
}

/// Predicts what forward keeps for backward, by layer and slot, from shapes alone. Layers: stem
/// (nothing: its input is the batch), blocks.0 …, tail, loss; a slot that a scheme drops stands
/// with 0 predicted bytes and its dense bytes. Equal to what a run measures, to the byte.
///
/// Units   bytes; totals.peak_bytes is an estimate (parameters, gradients, two optimizer moments,
///         saved bytes and the largest transient), the other totals are exact
/// Errors  ConfigError: batch below 1
FootprintRecord predict_footprint(const ResMlpGeometry& geometry, const Scheme& scheme,
                                  std::int64_t batch, ElementType type,
                                  std::int64_t workspace_bytes);

}  // namespace actscope::core
