// SPDX-License-Identifier: Apache-2.0
// Every operator of the cpu back end against the oracle over shapes that divide nothing, and the
// same bits for every number of threads.
#include <gtest/gtest.h>
#include <omp.h>

#include "actscope/kernels/codec.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/kernels/narrow_float.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

struct Case {
  std::int64_t groups, rows, cols, outputs;
  BlockSpec blocks;
};

std::vector<Case> cases() {
  std::vector<Case> list;
  const std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>> shapes{
      {1, 1, 1, 1},      {1, 7, 13, 5},   {3, 49, 64, 65},
      {1, 300, 97, 130}, {2, 131, 31, 1}, {5, 17, 66, 64}};
  const std::vector<std::pair<std::int64_t, std::int64_t>> sides{
      {1, 1}, {3, 3}, {4, 4}, {8, 8}, {16, 16}, {32, 32}, {8, 64}, {5, 2}, {64, 11}};
  for (const auto& [groups, rows, cols, outputs] : shapes) {
    for (const auto& [block_rows, block_cols] : sides) {
      for (const double sparsity : {0.0, 0.5, 0.8, 0.99}) {
        list.push_back({groups, rows, cols, outputs, {block_rows, block_cols, sparsity}});
      }
    }
  }
  return list;
}

template <class T>
class CpuAgainstReference : public testing::Test {};
using Types = testing::Types<float, double, bfloat16, float16>;
TYPED_TEST_SUITE(CpuAgainstReference, Types);

TYPED_TEST(CpuAgainstReference, CompressGivesTheSameBits) {
  for (const Case& c : cases()) {
    const PanelLayout layout(c.groups, c.rows, c.cols, c.blocks);
    const auto x = random_values<TypeParam>(c.groups * c.rows * c.cols, 3);
    const auto view =
        contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, c.groups, c.rows, c.cols);
    OwnedPanels<TypeParam> expected(layout), actual(layout);
    compress(reference, view, expected.view, nullptr);
    compress(cpu, view, actual.view, nullptr);
    ASSERT_EQ(actual.mask, expected.mask)
        << describe(c.blocks) << " of " << c.rows << "x" << c.cols;
    ASSERT_EQ(actual.starts, expected.starts);
    ASSERT_EQ(actual.values, expected.values);
    std::vector<TypeParam> dense(x.size(), TypeParam(9));
    decompress(
        cpu, as_const(actual.view),
        contiguous_groups<void*>(dense.data(), dtype_of<TypeParam>, c.groups, c.rows, c.cols));
    ASSERT_EQ(dense, dense_of<TypeParam>(as_const(expected.view)));
  }
}

TYPED_TEST(CpuAgainstReference, ProductsAgreeWithinRounding) {
  using Result = ResultOf<TypeParam>;
  for (const Case& c : cases()) {
    const PanelLayout layout(c.groups, c.rows, c.cols, c.blocks);
    const std::int64_t tokens = c.groups * c.rows;
    const auto x = random_values<TypeParam>(tokens * c.cols, 5);
    OwnedPanels<TypeParam> panels(layout);
    compress(
        cpu,
        contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, c.groups, c.rows, c.cols),
        panels.view, nullptr);
    const auto compare = [&](const std::vector<Result>& a, const std::vector<Result>& b,
                             std::int64_t terms) {
      const double tolerance = product_tolerance<Result>(terms);
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_NEAR(a[i], b[i], tolerance)
            << describe(c.blocks) << " of " << c.rows << "x" << c.cols;
      }
    };
    const auto dy = random_values<TypeParam>(tokens * c.outputs, 6);
    const auto dy_view =
        contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, tokens, c.outputs);
    for (const Output output : {Output::overwrite, Output::accumulate}) {
      std::vector<Result> expected(static_cast<std::size_t>(c.outputs * c.cols), 2),
          actual = expected;
      const auto out = [&](std::vector<Result>& v) {
        return contiguous_matrix<void*>(v.data(), dtype_of<Result>, c.outputs, c.cols);
      };
      gemm_tn(reference, dy_view, as_const(panels.view), out(expected), output);
      gemm_tn(cpu, dy_view, as_const(panels.view), out(actual), output);
      compare(actual, expected, tokens);

      const auto scale = random_values<Result>(c.cols, 10),
                 shift = random_values<Result>(c.cols, 11);
      std::vector<Result> expected_bias(static_cast<std::size_t>(c.outputs), 2),
          bias = expected_bias;
      gemm_tn(reference, dy_view, as_const(panels.view), out(expected), output, {},
              {scale.data(), shift.data(), expected_bias.data()});
      gemm_tn(cpu, dy_view, as_const(panels.view), out(actual), output, {},
              {scale.data(), shift.data(), bias.data()});
      compare(bias, expected_bias, tokens);
      // Scales and shifts are numbers of about 1, seldom above 4.
      compare(actual, expected, 8 * tokens);
    }
    const auto dt = random_values<TypeParam>(c.groups * c.outputs * c.cols, 7);
    const auto dt_view =
        contiguous_groups<const void*>(dt.data(), dtype_of<TypeParam>, c.groups, c.outputs, c.cols);
    std::vector<Result> expected(static_cast<std::size_t>(c.outputs * c.rows), 2),
        actual = expected;
    const auto out = [&](std::vector<Result>& v) {
      return contiguous_matrix<void*>(v.data(), dtype_of<Result>, c.outputs, c.rows);
    };
    gemm_nt_batched(reference, dt_view, as_const(panels.view), out(expected));
    gemm_nt_batched(cpu, dt_view, as_const(panels.view), out(actual));
    compare(actual, expected, c.groups * c.cols);
  }
}

// A walk over runs of panels adds up to the whole.
TYPED_TEST(CpuAgainstReference, ChunksAddUpToTheWhole) {
  using Result = ResultOf<TypeParam>;
  const PanelLayout layout(1, 500, 40, {8, 8, 0.7});
  const auto x = random_values<TypeParam>(500 * 40, 8);
  const auto dy = random_values<TypeParam>(500 * 24, 9);
  OwnedPanels<TypeParam> panels(layout);
  compress(cpu, contiguous_matrix<const void*>(x.data(), dtype_of<TypeParam>, 500, 40), panels.view,
           nullptr);
  std::vector<Result> whole(24 * 40), parts(24 * 40, 0);
  gemm_tn(reference, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, 500, 24),
          as_const(panels.view), contiguous_matrix<void*>(whole.data(), dtype_of<Result>, 24, 40));
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    gemm_tn(cpu,
            contiguous_matrix<const void*>(dy.data() + panel.first_row * 24, dtype_of<TypeParam>,
                                           panel.rows, 24),
            as_const(panels.view), contiguous_matrix<void*>(parts.data(), dtype_of<Result>, 24, 40),
            Output::accumulate, {p, 1});
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_NEAR(parts[i], whole[i], product_tolerance<Result>(500));
  }
}

TYPED_TEST(CpuAgainstReference, ThreadsDoNotChangeABit) {
  using Result = ResultOf<TypeParam>;
  const PanelLayout layout(3, 150, 130, {8, 16, 0.6});
  const auto x = random_values<TypeParam>(3 * 150 * 130, 10);
  const auto dy = random_values<TypeParam>(450 * 200, 11);
  const int before = omp_get_max_threads();
  std::vector<std::vector<Result>> results;
  for (const int threads : {1, 2, 3, 8}) {
    omp_set_num_threads(threads);
    OwnedPanels<TypeParam> panels(layout);
    compress(cpu, contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, 3, 150, 130),
             panels.view, nullptr);
    std::vector<Result> dw(200 * 130), da(90 * 150);
    gemm_tn(cpu, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, 450, 200),
            as_const(panels.view), contiguous_matrix<void*>(dw.data(), dtype_of<Result>, 200, 130));
    gemm_nt_batched(cpu, contiguous_groups<const void*>(dy.data(), dtype_of<TypeParam>, 3, 90, 130),
                    as_const(panels.view),
                    contiguous_matrix<void*>(da.data(), dtype_of<Result>, 90, 150));
    std::vector<Result> scaled(200 * 130), bias(200);
    gemm_tn(cpu, contiguous_matrix<const void*>(dy.data(), dtype_of<TypeParam>, 450, 200),
            as_const(panels.view),
            contiguous_matrix<void*>(scaled.data(), dtype_of<Result>, 200, 130), Output::overwrite,
            {}, {dw.data(), da.data(), bias.data()});
    dw.insert(dw.end(), da.begin(), da.end());
    dw.insert(dw.end(), scaled.begin(), scaled.end());
    dw.insert(dw.end(), bias.begin(), bias.end());
    dw.insert(dw.end(), panels.values.begin(), panels.values.end());
    results.push_back(dw);
  }
  omp_set_num_threads(before);
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

// With enough images that they are cut into runs, whose sums are added up afterwards; with a range
// of them; added to what was there.
TYPED_TEST(CpuAgainstReference, TokenMixingOverManyImagesIsTheSameForAnyThreads) {
  using Result = ResultOf<TypeParam>;
  constexpr std::int64_t images = 17, tokens = 70, channels = 52, mixed = 21;
  const auto x = random_values<TypeParam>(images * tokens * channels, 12);
  const auto dt = random_values<TypeParam>(images * mixed * channels, 13);
  const int before = omp_get_max_threads();
  for (const BlockSpec& spec : {BlockSpec{8, 8, 0.6}, BlockSpec{32, 13, 0.6}}) {
    const PanelLayout layout(images, tokens, channels, spec);
    OwnedPanels<TypeParam> panels(layout);
    compress(
        cpu,
        contiguous_groups<const void*>(x.data(), dtype_of<TypeParam>, images, tokens, channels),
        panels.view, nullptr);
    const std::int64_t each = layout.panels_per_group();
    const auto run = [&](const ExecutionContext& context) {
      std::vector<Result> da(mixed * tokens, 3);
      const auto out = contiguous_matrix<void*>(da.data(), dtype_of<Result>, mixed, tokens);
      const auto left = [&](std::int64_t first, std::int64_t count) {
        return contiguous_groups<const void*>(dt.data() + first * mixed * channels,
                                              dtype_of<TypeParam>, count, mixed, channels);
      };
      gemm_nt_batched(context, left(0, images), as_const(panels.view), out);
      gemm_nt_batched(context, left(3, 12), as_const(panels.view), out, Output::accumulate,
                      {3 * each, 12 * each});
      return da;
    };
    const std::vector<Result> expected = run(reference);
    omp_set_num_threads(1);
    const std::vector<Result> one = run(cpu);
    for (std::size_t i = 0; i < one.size(); ++i) {
      ASSERT_NEAR(one[i], expected[i], product_tolerance<Result>(2 * images * channels));
    }
    for (const int threads : {2, 3, 8}) {
      omp_set_num_threads(threads);
      ASSERT_EQ(run(cpu), one);
    }
  }
  omp_set_num_threads(before);
}

TEST(CpuPasses, ThreadsDoNotChangeABit) {
  constexpr std::int64_t rows = 300, cols = 101;
  const auto h = random_values<float>(rows * cols, 1), du = random_values<float>(rows * cols, 2);
  const auto in = [](const std::vector<float>& of) {
    return contiguous_matrix<const void*>(of.data(), DType::f32, rows, cols);
  };
  const int before = omp_get_max_threads();
  std::vector<std::pair<std::vector<float>, std::vector<std::uint8_t>>> results;
  for (const int threads : {1, 2, 3, 8}) {
    omp_set_num_threads(threads);
    std::vector<float> out(5 * rows * cols);
    std::vector<std::uint8_t> bytes(
        static_cast<std::size_t>(gelu_code_bytes(CodeBits::int4, rows, cols) + 3 * rows * cols));
    std::uint8_t* narrow = bytes.data() + gelu_code_bytes(CodeBits::int4, rows, cols);
    const auto to = [&](std::int64_t number) {
      return contiguous_matrix<void*>(out.data() + number * rows * cols, DType::f32, rows, cols);
    };
    affine(cpu, in(h), du.data(), h.data(), to(0));
    add_scaled(cpu, in(h), du.data(), in(du), to(1));
    gelu(cpu, in(h), to(2), {CodeBits::int4, bytes.data()});
    const MatrixView u = to(4);
    gelu_backward(cpu, in(du), in(h), to(3), &u);
    narrow_values(cpu, DType::f32, h.data(), rows * cols, NarrowFloat::fp8, narrow);
    results.emplace_back(out, bytes);
  }
  omp_set_num_threads(before);
  for (const auto& result : results) EXPECT_EQ(result, results.front());
}

template <class T>
class CpuCodesAgainstReference : public testing::Test {};
using CodedTypes = testing::Types<float, double>;
TYPED_TEST_SUITE(CpuCodesAgainstReference, CodedTypes);

TYPED_TEST(CpuCodesAgainstReference, CodesAreTheSameBits) {
  for (const std::int64_t count : {1, 5, 128, 129, 4099}) {
    auto values = random_values<TypeParam>(count, static_cast<unsigned>(count));
    for (TypeParam& value : values) value = std::round(value * 64) / 7;  // ties and repeats
    if (count > 200) {
      values[130] = std::numeric_limits<TypeParam>::quiet_NaN();
      values[300] = std::numeric_limits<float>::max();
      values[301] = -std::numeric_limits<float>::max();
      values[500] = std::numeric_limits<float>::denorm_min();
    }
    for (const auto& [bits, to] : {std::pair{CodeBits::int2, RoundTo::nearest},
                                   {CodeBits::int4, RoundTo::nearest},
                                   {CodeBits::int8, RoundTo::nearest},
                                   {CodeBits::int2, RoundTo::stochastic},
                                   {CodeBits::int4, RoundTo::stochastic},
                                   {CodeBits::int8, RoundTo::stochastic}}) {
      const auto run = [&, bits = bits, to = to](const ExecutionContext& context) {
        std::vector<std::uint8_t> bytes(
            static_cast<std::size_t>(code_bytes(bits, count) + scale_bytes(count)) + 64);
        std::vector<TypeParam> decoded(values.size());
        std::vector<CodeScale> scales(static_cast<std::size_t>(code_groups(count)));
        quantize(context, dtype_of<TypeParam>, values.data(), count, bits, bytes.data(),
                 scales.data(), {to, 11, 4});
        dequantize(context, dtype_of<TypeParam>, bits, bytes.data(), scales.data(), 0, count,
                   decoded.data());
        for (const CodeScale& s : scales) {
          bytes.push_back(static_cast<std::uint8_t>(s.scale_bits >> 8));
          bytes.push_back(static_cast<std::uint8_t>(s.scale_bits));
          bytes.push_back(static_cast<std::uint8_t>(s.offset_bits >> 8));
          bytes.push_back(static_cast<std::uint8_t>(s.offset_bits));
        }
        const auto* raw = reinterpret_cast<const std::uint8_t*>(decoded.data());
        bytes.insert(bytes.end(), raw, raw + decoded.size() * sizeof(TypeParam));
        return bytes;
      };
      EXPECT_EQ(run(cpu), run(reference))
          << count << " values, " << static_cast<int>(bits) << " bits";
    }
  }
}

TEST(CpuBackend, SaysWhichInstructionSetRuns) {
  EXPECT_TRUE(is_usable(Backend::cpu));
  const std::string text = describe(Backend::cpu);
  EXPECT_NE(text.find("cpu "), std::string::npos);
  EXPECT_EQ(text.find("unknown"), std::string::npos);
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) {
    EXPECT_NE(text.find("AVX"), std::string::npos) << text;
  }
#endif
#ifdef __aarch64__
  EXPECT_NE(text.find("NEON"), std::string::npos) << text;
#endif
}

}  // namespace
}  // namespace actscope::kernels::test
