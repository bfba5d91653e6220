// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/gelu_compress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

std::vector<BlockSpec> ways() {
  std::vector<BlockSpec> list;
  for (const Select select : {Select::panel, Select::row, Select::column, Select::global,
                              Select::random, Select::threshold}) {
    list.push_back({8, 8, 0.6, select, 32});
    list.push_back({3, 5, 0.8, select, 10, Rescale::unbiased});
  }
  return list;
}

template <class T>
class GeluCompress : public testing::Test {
 protected:
  static constexpr std::int64_t groups = 2, rows = 50, cols = 41;

  // Panels of gelu_compress, of compress after gelu, and the two u.
  struct Results {
    explicit Results(const BlockSpec& spec)
        : fused(PanelLayout(groups, rows, cols, spec)),
          apart(PanelLayout(groups, rows, cols, spec)),
          fused_u(static_cast<std::size_t>(groups * rows * cols), T(7)),
          apart_u(fused_u) {}
    OwnedPanels<T> fused, apart;
    std::vector<T> fused_u, apart_u;
  };

  static Results run(const ExecutionContext& on, const BlockSpec& spec, bool keeps_u) {
    Results results(spec);
    const auto h = random_values<T>(groups * rows * cols, 3);
    const auto view = contiguous_groups<const void*>(h.data(), dtype_of<T>, groups, rows, cols);
    const auto to = [](std::vector<T>& u) {
      return contiguous_groups<void*>(u.data(), dtype_of<T>, groups, rows, cols);
    };
    double fused_threshold = 0, apart_threshold = 0;
    const MatrixView u = to(results.fused_u);
    gelu_compress(on, view, keeps_u ? &u : nullptr, results.fused.view, nullptr,
                  {5, 3, &fused_threshold});
    gelu(on, view, to(results.apart_u));
    compress(on, as_const(to(results.apart_u)), results.apart.view, nullptr,
             {5, 3, &apart_threshold});
    EXPECT_EQ(fused_threshold, apart_threshold);
    return results;
  }
};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(GeluCompress, Types);

TYPED_TEST(GeluCompress, IsCompressAfterGeluBitByBit) {
  for (const ExecutionContext& on : {reference, cpu}) {
    for (const BlockSpec& spec : ways()) {
      for (const bool keeps_u : {true, false}) {
        SCOPED_TRACE(describe(spec));
        const auto results = this->run(on, spec, keeps_u);
        ASSERT_EQ(results.fused.mask, results.apart.mask);
        ASSERT_EQ(results.fused.starts, results.apart.starts);
        ASSERT_EQ(results.fused.scales, results.apart.scales);
        ASSERT_EQ(results.fused.values, results.apart.values);
        const std::vector<TypeParam> untouched(results.fused_u.size(), TypeParam(7));
        ASSERT_EQ(results.fused_u, keeps_u ? results.apart_u : untouched);
      }
    }
  }
}

// h = [0 100; -100 1]: u = [0 100; 0 Φ(1)]; one element a block, half of them kept.
TEST(GeluCompressByHand, KeepsTheLargestOfU) {
  for (const ExecutionContext& on : {reference, cpu}) {
    std::vector<float> h{0, 100, -100, 1};
    OwnedPanels<float> panels(PanelLayout(1, 2, 2, {1, 1, 0.5}));
    const auto u = contiguous_matrix<void*>(h.data(), DType::f32, 2, 2);  // in place
    gelu_compress(on, as_const(u), &u, panels.view, nullptr);
    EXPECT_THAT(panels.mask, ElementsAre(0b1100U));
    EXPECT_THAT(panels.values, ElementsAre(100, FloatNear(0.8413447F, 1e-6F)));
    EXPECT_THAT(h, ElementsAre(0, 100, FloatNear(0, 1e-4F), FloatNear(0.8413447F, 1e-6F)));
  }
}

TEST(GeluCompressErrors, RefusesWhatDoesNotFit) {
  std::vector<float> memory(64);
  OwnedPanels<float> panels(PanelLayout(1, 4, 6, {2, 2, 0.5}));
  const auto h = [&](std::int64_t rows, DType dtype) {
    return contiguous_matrix<const void*>(memory.data(), dtype, rows, 6);
  };
  const MatrixView short_u = contiguous_matrix<void*>(memory.data(), DType::f32, 3, 6);
  const MatrixView double_u = contiguous_matrix<void*>(memory.data(), DType::f64, 4, 6);
  for (const ExecutionContext& on : {reference, cpu}) {
    EXPECT_THROW(gelu_compress(on, h(3, DType::f32), nullptr, panels.view, nullptr), ShapeMismatch);
    EXPECT_THROW(gelu_compress(on, h(4, DType::f64), nullptr, panels.view, nullptr), ShapeMismatch);
    EXPECT_THROW(gelu_compress(on, h(4, DType::f32), &short_u, panels.view, nullptr),
                 ShapeMismatch);
    EXPECT_THROW(gelu_compress(on, h(4, DType::f32), &double_u, panels.view, nullptr),
                 ShapeMismatch);
    BsrPanels threshold = panels.view;
    threshold.layout = PanelLayout(1, 4, 6, {2, 2, 0.5, Select::threshold});
    EXPECT_THROW(gelu_compress(on, h(4, DType::f32), nullptr, threshold, nullptr), ConfigError);
  }
}

}  // namespace
}  // namespace actscope::kernels::test
