// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "activations.hpp"
#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/kernels/block_spec.hpp"
#include "element_type.hpp"
#include "typed_values.hpp"

namespace actscope::bench {

/// A product to time, as dense libraries see it: G = Dᵀ X, all row-major.
///
/// Shapes  d [depth, outputs]; x [depth, features]; G [outputs, features]; d and x hold numbers of
///         the type
struct DenseProduct {
  std::int64_t depth = 0;
  std::int64_t outputs = 0;
  std::int64_t features = 0;
  std::vector<float> d;
  std::vector<float> x;
  ElementType type = fp32;

  double flops() const;  ///< 2 · depth · outputs · features
};

/// One shape with its values.
///
/// fc1, fc2   the product itself
/// token-mix  dA = Σ_b dT_b · Y_bᵀ. Plain autograd keeps yᵀ, so the dense form of it is one product
///            over all images and features: depth = images·channels, outputs = features =
///            positions; ours reads y and dT as they lie in the block-sparse step: images ×
///            [positions, channels]
struct Problem {
  std::string shape;
  std::int64_t images = 1;  ///< groups of the matrix that is cut into blocks
  std::int64_t rows = 0;    ///< of one group
  std::int64_t cols = 0;
  TypedValues input;     ///< images × [rows, cols]: what is compressed
  TypedValues gradient;  ///< images × [rows, outputs]; token-mix: images × [rows, cols]
  DenseProduct dense;    ///< of the unpruned input

  bool is_mixing() const { return images > 0 && shape == "token-mix"; }
};

/// The problem of a shape for about `tokens` tokens: token-mix takes whole images.
/// Errors  ConfigError: unknown shape
Problem make_problem(const std::string& shape, const Activations& activations, std::int64_t seed,
                     const ElementType& type = fp32);

/// The same input with the dropped blocks at zero, chosen and rebuilt by the reference back end.
struct PrunedInput {
  std::vector<float> x;     ///< as DenseProduct::x
  std::vector<float> mask;  ///< 1 where kept, as x
  double kept_norm_ratio = 0;
};
PrunedInput prune(const Problem& problem, const kernels::BlockSpec& spec);

/// Dᵀ X in double precision, by loops of its own.
std::vector<double> expected_product(const DenseProduct& product, const std::vector<float>& x);

/// How far a result is off: ‖a − b‖ / ‖b‖ (Frobenius); infinite where a holds NaN or infinity.
double relative_error(const std::vector<float>& a, const std::vector<double>& b);

/// The error that f32 sums of `depth` products may have: 4·ε·√depth, at least 64·ε.
double allowed_error(std::int64_t depth);
/// The error that our result may have: sums and result are f32; with tf32 as for rivals.
double allowed_error_of_ours(const DenseProduct& product);
/// The error that a rival's result may have, which may also be rounded to the type: 2⁻⁷ with bf16,
/// 2⁻¹⁰ with f16; and with tf32, whose operands are rounded to 11 bits, 2⁻⁹.
double allowed_error_of_rivals(const DenseProduct& product);

}  // namespace actscope::bench
