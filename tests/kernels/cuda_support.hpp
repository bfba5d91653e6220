// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ostream>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actscope/kernels/bfloat16.hpp"
#include "actscope/kernels/compress.hpp"
#include "actscope/kernels/float16.hpp"
#include "cuda/check.hpp"

/// What the tests of CUDA operators share: device memory, cases, and a run of compress on both
/// sides.
namespace actscope::kernels::test {

/// Skips where no device is, fails where one was promised (ACTSCOPE_EXPECT_GPU=1).
class CudaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (is_usable(Backend::cuda)) return;
    const char* expected = std::getenv("ACTSCOPE_EXPECT_GPU");
    if (expected != nullptr && std::string(expected) == "1") {
      FAIL() << "a GPU was promised: " << describe(Backend::cuda);
    }
    GTEST_SKIP() << describe(Backend::cuda);
  }
};

/// Device memory of `size` elements; contents are copied in and out by blocking calls.
template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(std::size_t size) : size_(size) {
    void* memory = nullptr;
    if (size_ > 0) cuda::check(cudaMalloc(&memory, size_ * sizeof(T)), "cudaMalloc");
    data_ = static_cast<T*>(memory);
  }
  explicit DeviceArray(const std::vector<T>& host) : DeviceArray(host.size()) {
    if (size_ == 0) return;
    cuda::check(cudaMemcpy(data_, host.data(), size_ * sizeof(T), cudaMemcpyHostToDevice),
                "cudaMemcpy");
  }
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  DeviceArray(DeviceArray&& other) noexcept
      : size_(std::exchange(other.size_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  DeviceArray& operator=(DeviceArray&&) = delete;
  ~DeviceArray() { cuda::check_in_destructor(cudaFree(data_), "cudaFree"); }

  T* data() const { return data_; }
  std::vector<T> to_host() const {
    std::vector<T> host(size_);
    if (size_ == 0) return host;
    cuda::check(cudaMemcpy(host.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost),
                "cudaMemcpy");
    return host;
  }

 private:
  std::size_t size_ = 0;
  T* data_ = nullptr;
};

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

inline constexpr ExecutionContext on_reference{Backend::reference, nullptr};
inline constexpr ExecutionContext on_cuda{Backend::cuda, nullptr};

struct Case {
  std::int64_t groups, rows, cols, block_rows, block_cols;
  double sparsity;
  std::int64_t panel_rows = 128;

  PanelLayout layout() const {
    BlockSpec spec;
    spec.block_rows = block_rows;
    spec.block_cols = block_cols;
    spec.sparsity_ratio = sparsity;
    spec.panel_rows = panel_rows;
    return {groups, rows, cols, spec};
  }
};

inline std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.groups << " x [" << c.rows << ", " << c.cols << "] in " << c.block_rows << "x"
             << c.block_cols << " at " << c.sparsity << ", panels of " << c.panel_rows;
}

/// Sizes that divide nothing, one element, several groups, short last panels, blocks from 1 to 128,
/// rectangular ones, panels of more than 1024 blocks, everything kept and one block kept.
inline std::vector<Case> all_cases() {
  return {{1, 1, 1, 1, 1, 0.0},         {1, 5, 7, 1, 1, 0.5},        {1, 130, 67, 3, 5, 0.8},
          {3, 49, 64, 8, 8, 0.5},       {2, 196, 96, 4, 4, 0.9},     {1, 300, 200, 16, 16, 0.8},
          {1, 257, 129, 32, 32, 0.75},  {2, 150, 130, 64, 64, 0.5},  {1, 400, 300, 128, 128, 0.5},
          {1, 200, 260, 8, 64, 0.8},    {2, 100, 40, 64, 8, 0.0},    {1, 128, 384, 4, 4, 0.99},
          {1, 64, 700, 2, 3, 0.999},    {2, 37, 41, 5, 11, 0.6, 10}, {4, 9, 300, 9, 33, 0.5, 1},
          {1, 1000, 24, 16, 8, 0.7, 64}};
}

/// Elements of `pattern` kind: normal numbers, or few distinct ones so that norms tie.
enum class Pattern { normal, ties };

/// groups × [rows, row_stride], with one foreign value between the rows where row_stride > cols.
template <class T>
std::vector<T> make_values(std::int64_t count, Pattern pattern = Pattern::normal,
                           unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(0.1, 1.0);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) {
    value = static_cast<T>(pattern == Pattern::normal ? normal(generator)
                                                      : static_cast<double>(generator() % 2));
  }
  return values;
}

/// Views of matrices whose rows are `padding` elements further apart than they are long.
template <class Pointer>
BasicMatrixView<Pointer> padded_view(Pointer data, DType dtype, std::int64_t groups,
                                     std::int64_t rows, std::int64_t cols, std::int64_t padding) {
  const std::int64_t stride = cols + padding;
  return {data, dtype, groups, rows, cols, rows * stride + padding, stride};
}

/// Elements behind a padded view.
inline std::int64_t padded_size(std::int64_t groups, std::int64_t rows, std::int64_t cols,
                                std::int64_t padding) {
  return groups * (rows * (cols + padding) + padding);
}

/// Panels in host memory, made by the reference.
template <class T>
struct HostPanels {
  PanelLayout layout;
  std::vector<std::uint32_t> mask, starts;
  std::vector<float> scales;
  std::vector<T> values;

  explicit HostPanels(const PanelLayout& of)
      : layout(of),
        mask(static_cast<std::size_t>(of.mask_words()), 0xdeadbeef),
        starts(static_cast<std::size_t>(of.column_starts()), 0xdeadbeef),
        scales(static_cast<std::size_t>(of.scales()), -77.0F),
        values(static_cast<std::size_t>(of.kept_blocks() * of.block_elements()), T{-77}) {}

  BsrPanels view() {
    return {layout,
            dtype_of<T>,
            values.data(),
            {mask.data(), starts.data(), scales.empty() ? nullptr : scales.data()}};
  }
};

/// The same panels in device memory.
template <class T>
struct DevicePanels {
  PanelLayout layout;
  DeviceArray<std::uint32_t> mask, starts;
  DeviceArray<float> scales;
  DeviceArray<T> values;

  explicit DevicePanels(const HostPanels<T>& host)
      : layout(host.layout),
        mask(host.mask),
        starts(host.starts),
        scales(host.scales),
        values(host.values) {}

  BsrPanels view() const {
    return {layout, dtype_of<T>, values.data(), {mask.data(), starts.data(), scales.data()}};
  }
};

/// Bits rather than values: NaN equals itself, +0 differs from −0.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

/// Panels of random values, compressed by the reference.
template <class T>
HostPanels<T> reference_panels(const Case& c, Pattern pattern = Pattern::normal) {
  HostPanels<T> panels(c.layout());
  const std::vector<T> x = make_values<T>(c.groups * c.rows * c.cols, pattern);
  compress(on_reference,
           contiguous_groups<const void*>(x.data(), dtype_of<T>, c.groups, c.rows, c.cols),
           panels.view(), nullptr);
  return panels;
}

}  // namespace actscope::kernels::test
