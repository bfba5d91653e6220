// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "actscope/base/footprint_record.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/core/scheme/scheme.hpp"

namespace actscope::core {

/// Element type of the activations of a training run. Parameters and loss have the same, but are
/// float32 beside bf16.
enum class ElementType { fp32, fp64, bf16 };

/// Errors  ConfigError: a name other than "fp32", "fp64", "bf16"
ElementType parse_element_type(std::string_view name);
/// "fp32", "fp64", "bf16".
std::string_view name_of(ElementType type);
/// Bytes of an activation.
constexpr std::int64_t size_of(ElementType type) {
  switch (type) {
    case ElementType::fp64:
      return 8;
    case ElementType::bf16:
      return 2;
    default:
      return 4;
  }
}
/// Bytes of a parameter, its gradient, an optimizer moment, a logit.
constexpr std::int64_t parameter_size_of(ElementType type) {
  return type == ElementType::fp64 ? 8 : 4;
}

/// Bytes of the bfloat16 copies of parameters that a model of plain autograd holds beside bf16
/// activations: those of the blocks and of the final affine.
std::int64_t narrow_copy_bytes(const ResMlpGeometry& geometry);

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
