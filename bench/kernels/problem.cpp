// SPDX-License-Identifier: Apache-2.0
#include "problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "actscope/base/error.hpp"
#include "actscope/kernels/compress.hpp"
#include "own_panels.hpp"

namespace actscope::bench {
namespace {

std::vector<float> normal_values(std::int64_t count, std::int64_t seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed) + 1);
  std::normal_distribution<float> normal(0, 0.01F);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

// images × [rows, cols] → images × [cols, rows].
std::vector<float> transposed(const std::vector<float>& from, std::int64_t images,
                              std::int64_t rows, std::int64_t cols) {
  std::vector<float> to(from.size());
  for (std::int64_t image = 0; image < images; ++image) {
    const std::int64_t base = image * rows * cols;
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < cols; ++c) {
        to[static_cast<std::size_t>(base + c * rows + r)] =
            from[static_cast<std::size_t>(base + r * cols + c)];
      }
    }
  }
  return to;
}

// The input of a problem as the dense product reads it.
std::vector<float> as_dense(const Problem& p, const std::vector<float>& input) {
  return p.is_mixing() ? transposed(input, p.images, p.rows, p.cols) : input;
}

}  // namespace

double DenseProduct::flops() const {
  return 2.0 * static_cast<double>(depth) * static_cast<double>(outputs) *
         static_cast<double>(features);
}

Problem make_problem(const std::string& shape, const Activations& activations, std::int64_t seed,
                     const ElementType& type) {
  Problem p;
  p.shape = shape;
  const auto typed = [&](std::vector<float> values) {
    return TypedValues(std::move(values), type.dtype);
  };
  if (shape == "fc1" || shape == "fc2") {
    const bool is_first = shape == "fc1";
    p.rows = activations.tokens;
    p.cols = is_first ? channels : hidden;
    p.input = typed(is_first ? activations.z : activations.u);
    p.dense = {p.rows, is_first ? hidden : channels, p.cols, {}, {}, type};
    p.gradient = typed(normal_values(p.rows * p.dense.outputs, seed));
  } else if (shape == "token-mix") {
    p.images = activations.images;
    p.rows = positions;
    p.cols = channels;
    p.input = typed(activations.y);
    p.dense = {p.images * channels, positions, positions, {}, {}, type};
    p.gradient = typed(normal_values(p.images * p.rows * p.cols, seed));
  } else {
    throw ConfigError(
        error_text("unknown shape '" + shape + "'", {}, "give fc1, fc2 or token-mix"));
  }
  p.dense.x = as_dense(p, p.input.values());
  p.dense.d = as_dense(p, p.gradient.values());
  return p;
}

PrunedInput prune(const Problem& p, const kernels::BlockSpec& spec) {
  using namespace kernels;
  const ExecutionContext reference{Backend::reference, nullptr};
  const PanelLayout layout(p.images, p.rows, p.cols, spec);
  OwnPanels panels(reference, layout, DType::f32);
  const std::vector<float>& input = p.input.values();
  compress(reference,
           contiguous_groups<const void*>(input.data(), DType::f32, p.images, p.rows, p.cols),
           panels.view, panels.workspace.data());
  std::vector<float> kept(input.size());
  decompress(reference, as_const(panels.view),
             contiguous_groups<void*>(kept.data(), DType::f32, p.images, p.rows, p.cols));
  double all_square = 0, kept_square = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    all_square += static_cast<double>(input[i]) * input[i];
    kept_square += static_cast<double>(kept[i]) * kept[i];
  }
  // A value of 1 everywhere shows which places the mask keeps, zeros of the input among them.
  std::vector<float> ones(static_cast<std::size_t>(layout.kept_blocks() * layout.block_elements()),
                          1);
  std::vector<float> mask(input.size());
  BsrPanels marks = panels.view;
  marks.values = ones.data();
  decompress(reference, as_const(marks),
             contiguous_groups<void*>(mask.data(), DType::f32, p.images, p.rows, p.cols));
  return {as_dense(p, kept), as_dense(p, mask),
          all_square > 0 ? std::sqrt(kept_square / all_square) : 1.0};
}

std::vector<double> expected_product(const DenseProduct& p, const std::vector<float>& x) {
  std::vector<double> result(static_cast<std::size_t>(p.outputs * p.features));
#pragma omp parallel for schedule(static)
  for (std::int64_t o = 0; o < p.outputs; ++o) {
    double* row = result.data() + o * p.features;
    for (std::int64_t t = 0; t < p.depth; ++t) {
      const double factor = p.d[static_cast<std::size_t>(t * p.outputs + o)];
      const float* values = x.data() + t * p.features;
      for (std::int64_t f = 0; f < p.features; ++f) row[f] += factor * values[f];
    }
  }
  return result;
}

double relative_error(const std::vector<float>& a, const std::vector<double>& b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  if (!std::isfinite(difference)) return std::numeric_limits<double>::infinity();
  if (difference == 0) return 0;
  return norm > 0 ? std::sqrt(difference / norm) : std::numeric_limits<double>::infinity();
}

double allowed_error(std::int64_t depth) {
  const double epsilon = std::numeric_limits<float>::epsilon();
  return epsilon * std::max(64.0, 4 * std::sqrt(static_cast<double>(depth)));
}

double allowed_error_of_ours(const DenseProduct& product) {
  return product.type.precision == kernels::Precision::tf32 ? allowed_error_of_rivals(product)
                                                            : allowed_error(product.depth);
}

double allowed_error_of_rivals(const DenseProduct& product) {
  if (product.type.precision == kernels::Precision::tf32) return 0x1p-9;
  switch (product.type.dtype) {
    case kernels::DType::bf16:
      return 0x1p-7;
    case kernels::DType::f16:
      return 0x1p-10;
    default:
      return allowed_error(product.depth);
  }
}

}  // namespace actscope::bench
