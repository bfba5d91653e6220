// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/float16.hpp"
#include "actscope/kernels/gemm.hpp"

/// What tests of host back ends share: panels that own their memory, random matrices.
namespace actscope::kernels::test {

inline constexpr ExecutionContext reference{Backend::reference, nullptr};
inline constexpr ExecutionContext cpu{Backend::cpu, nullptr};

template <class T>
inline constexpr DType dtype_of = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<bfloat16> = DType::bf16;
template <>
inline constexpr DType dtype_of<float16> = DType::f16;

/// Type of products of T.
template <class T>
using ResultOf = std::conditional_t<sizeof(T) == 2, float, T>;

template <class T>
std::vector<T> random_values(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = static_cast<T>(normal(random));
  return values;
}

/// Panels with memory of their own, filled with a mark so that unwritten places show.
template <class T>
struct OwnedPanels {
  explicit OwnedPanels(const PanelLayout& layout)
      : values(static_cast<std::size_t>(layout.kept_blocks() * layout.block_elements()), T(-77)),
        mask(static_cast<std::size_t>(layout.mask_words()), 0xdeadbeefU),
        starts(static_cast<std::size_t>(layout.column_starts()), 0xdeadbeefU),
        scales(static_cast<std::size_t>(layout.scales()), -77.0F),
        view{layout, dtype_of<T>, values.data(), {mask.data(), starts.data(), scales.data()}} {}
  OwnedPanels(OwnedPanels&&) = default;  // vectors keep their places
  OwnedPanels(const OwnedPanels&) = delete;
  OwnedPanels& operator=(const OwnedPanels&) = delete;

  std::vector<T> values;
  std::vector<std::uint32_t> mask, starts;
  std::vector<float> scales;
  BsrPanels view;
};

template <class T>
std::vector<T> dense_of(const ConstBsrPanels& panels) {
  const PanelLayout& layout = panels.layout;
  std::vector<T> dense(static_cast<std::size_t>(layout.total_rows() * layout.cols()), T(-55));
  decompress(reference, panels,
             contiguous_groups<void*>(dense.data(), dtype_of<T>, layout.groups(), layout.rows(),
                                      layout.cols()));
  return dense;
}

/// Bound of |a − b| for two sums of `terms` products of numbers around 1 in T, summed in any order:
/// the classical terms·ε bound on Σ|x||y| <= terms·4 for normal numbers, kept for reference in
/// double.
template <class T>
double product_tolerance(std::int64_t terms) {
  return 4.0 * static_cast<double>(terms + 1) *
         static_cast<double>(std::numeric_limits<T>::epsilon());
}

}  // namespace actscope::kernels::test
