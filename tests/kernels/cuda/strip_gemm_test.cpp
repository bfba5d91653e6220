// SPDX-License-Identifier: Apache-2.0
// Products in strips, on tensor cores and in strict f32, against the reference, which sums in
// double.
//
// Tolerance: as in gemm_test.cpp for sums in f32, (n + 4)·ε·Σ|a·b|; operands that are rounded
// to tf32 are each off by 2⁻¹¹ at most, which adds 2⁻¹⁰ + 2⁻²²; the epilogue's d·shift is in the
// sum of magnitudes too, as the reference on absolute values gives it.
#include <cmath>
#include <limits>
#include <optional>

#include "actscope/kernels/gemm.hpp"
#include "cuda_support.hpp"

namespace actscope::kernels::test {
namespace {

template <class T>
struct OnTensorCores {
  using Type = T;
  static constexpr ExecutionContext context{Backend::cuda, nullptr, Precision::tf32};
  static constexpr double operand_error = std::is_same_v<T, float> ? 0x1p-10 + 0x1p-22 : 0;
};

struct OnStrictFloats {
  using Type = float;
  static constexpr ExecutionContext context{Backend::cuda, nullptr, Precision::strict};
  static constexpr double operand_error = 0;
};

template <class Kind>
class CudaStrips : public CudaTest {};
using Kinds = testing::Types<OnTensorCores<bfloat16>, OnTensorCores<float16>, OnTensorCores<float>,
                             OnStrictFloats>;
TYPED_TEST_SUITE(CudaStrips, Kinds);

enum class Side { tokens, features };  // what is summed over: gemm_tn, gemm_nt_batched

/// One product, on both sides.
struct Run {
  Case x{};
  Side side = Side::tokens;
  std::int64_t left_rows = 70;  ///< outputs, mixed
  Output output = Output::overwrite;
  std::optional<PanelRange> range = {};
  std::int64_t padding = 0;  ///< elements between rows
  std::size_t offset = 0;    ///< elements before every matrix: 0 is aligned
  bool has_epilogue = false;
  bool is_split = false;

  PanelRange panels() const { return range.value_or(PanelRange{0, x.layout().panels()}); }
  std::int64_t columns() const { return side == Side::tokens ? x.cols : x.rows; }
};

std::ostream& operator<<(std::ostream& out, const Run& run) {
  return out << run.x << (run.side == Side::tokens ? ", gemm_tn " : ", gemm_nt_batched ")
             << run.left_rows << " rows, panels " << run.panels().first << " + "
             << run.panels().count << ", padding " << run.padding << ", offset " << run.offset
             << ", output " << static_cast<int>(run.output) << (run.is_split ? ", split" : "")
             << (run.has_epilogue ? ", epilogue" : "");
}

template <class T>
std::vector<T> absolute(std::vector<T> values) {
  for (T& value : values) value = static_cast<T>(std::abs(static_cast<float>(value)));
  return values;
}

/// Operands and results of a run; every array begins with `offset` foreign elements.
template <class T>
struct Operands {
  explicit Operands(const Run& of)
      : run(of),
        x(reference_panels<T>(of.x)),
        rows(rows_of(x.layout, of.panels())),
        groups(of.side == Side::tokens ? 1 : of.panels().count / x.layout.panels_per_group()),
        left(make_values<T>(size(of.side == Side::tokens
                                     ? padded_size(1, rows, of.left_rows, of.padding)
                                     : padded_size(groups, of.left_rows, of.x.cols, of.padding)),
                            Pattern::normal, 2)),
        out(make_values<float>(size(padded_size(1, of.left_rows, of.columns(), of.padding)),
                               Pattern::normal, 3)),
        scale(make_values<float>(of.columns(), Pattern::normal, 4)),
        shift(make_values<float>(of.columns(), Pattern::normal, 5)),
        bias(make_values<float>(of.left_rows, Pattern::normal, 6)) {
    x.values.insert(x.values.begin(), of.offset, T(3));
  }
  std::int64_t size(std::int64_t of_view) const {
    return of_view + static_cast<std::int64_t>(run.offset);
  }
  static std::int64_t rows_of(const PanelLayout& layout, PanelRange range) {
    std::int64_t count = 0;
    for (std::int64_t p = range.first; p < range.first + range.count; ++p) {
      count += layout.panel(p).rows;
    }
    return count;
  }

  void multiply(const ExecutionContext& context, const T* left_data, BsrPanels panels,
                float* out_data, const GemmEpilogue& epilogue) const {
    panels.values = static_cast<T*>(panels.values) + run.offset;
    const DType dtype = dtype_of<T>;
    const auto to = padded_view<void*>(out_data + run.offset, DType::f32, 1, run.left_rows,
                                       run.columns(), run.padding);
    if (run.side == Side::tokens) {
      const auto dy = padded_view<const void*>(left_data + run.offset, dtype, 1, rows,
                                               run.left_rows, run.padding);
      gemm_tn(context, dy, as_const(panels), to, run.output, run.panels(), epilogue);
    } else {
      const auto dt = padded_view<const void*>(left_data + run.offset, dtype, groups, run.left_rows,
                                               run.x.cols, run.padding);
      gemm_nt_batched(context, dt, as_const(panels), to, run.output, run.panels());
    }
  }
  void multiply_on_host() {
    GemmEpilogue epilogue;
    if (run.has_epilogue) epilogue = {scale.data(), shift.data(), bias.data()};
    multiply(on_reference, left.data(), x.view(), out.data(), epilogue);
  }
  void make_absolute() {
    x.values = absolute(x.values);
    left = absolute(left);
    for (auto* values : {&out, &scale, &shift, &bias}) *values = absolute(*values);
  }
  std::int64_t workspace_bytes(const ExecutionContext& context) const {
    return run.side == Side::tokens
               ? gemm_tn_workspace_bytes(context, x.layout, dtype_of<T>, run.left_rows,
                                         run.panels())
               : gemm_nt_batched_workspace_bytes(context, x.layout, dtype_of<T>, run.left_rows,
                                                 run.panels());
  }
  std::int64_t depth() const { return run.side == Side::tokens ? rows : groups * run.x.cols; }

  Run run;
  HostPanels<T> x;
  std::int64_t rows, groups;
  std::vector<T> left;
  std::vector<float> out, scale, shift, bias;
};

struct Result {
  std::vector<float> out, bias;
};

template <class T>
Result multiply_on_device(const ExecutionContext& context, const Operands<T>& of) {
  const DevicePanels<T> x(of.x);
  const DeviceArray<T> left(of.left);
  const DeviceArray<float> out(of.out), scale(of.scale), shift(of.shift), bias(of.bias);
  GemmEpilogue epilogue;
  if (of.run.has_epilogue) epilogue = {scale.data(), shift.data(), bias.data()};
  ExecutionContext with_memory = context;
  const std::int64_t bytes = of.run.is_split ? of.workspace_bytes(context) : 0;
  const DeviceArray<std::uint8_t> memory(static_cast<std::size_t>(bytes));
  with_memory.workspace = {memory.data(), bytes};
  of.multiply(with_memory, left.data(), x.view(), out.data(), epilogue);
  return {out.to_host(), bias.to_host()};
}

void expect_near(const std::vector<float>& actual, const std::vector<float>& expected,
                 const std::vector<float>& magnitudes, double share) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - expected[i]);
    ASSERT_LE(difference, share * static_cast<double>(magnitudes[i])) << "at element " << i;
  }
}

template <class Kind>
void expect_like_reference(const Run& run) {
  SCOPED_TRACE(testing::Message() << run);
  using T = typename Kind::Type;
  Operands<T> expected(run), magnitudes(run);
  const Result actual = multiply_on_device(Kind::context, expected);
  expected.multiply_on_host();
  magnitudes.make_absolute();
  magnitudes.multiply_on_host();
  const double rounding = static_cast<double>(expected.depth() + 4) *
                          static_cast<double>(std::numeric_limits<float>::epsilon());
  expect_near(actual.out, expected.out, magnitudes.out, rounding + Kind::operand_error);
  expect_near(actual.bias, expected.bias, magnitudes.bias, rounding);
}

/// Blocks that fill an instruction, share one, or lie across several; edges that divide nothing.
std::vector<Case> shapes() {
  std::vector<Case> list;
  for (const auto& [block_rows, block_cols] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{4, 4},
                                                          {8, 8},
                                                          {16, 16},
                                                          {32, 32},
                                                          {64, 64},
                                                          {128, 128},
                                                          {4, 64},
                                                          {8, 128},
                                                          {64, 8},
                                                          {5, 11},
                                                          {24, 12}}) {
    for (const double sparsity : {0.0, 0.5, 0.9}) {
      list.push_back({2, 150, 130, block_rows, block_cols, sparsity});
    }
  }
  list.push_back({1, 129, 390, 16, 16, 0.8});  // more than one strip of 384
  list.push_back({3, 9, 300, 8, 8, 0.5, 1});   // panels of one block
  list.push_back({1, 1, 1, 4, 4, 0.0});
  return list;
}

TYPED_TEST(CudaStrips, ProductsMatchTheReferenceOverShapes) {
  for (const Case& x : shapes()) {
    for (const Side side : {Side::tokens, Side::features}) {
      expect_like_reference<TypeParam>({x, side});
      expect_like_reference<TypeParam>({x, side, 130, Output::accumulate, {}, 3, 1});
    }
  }
}

TYPED_TEST(CudaStrips, EpilogueMatchesTheReference) {
  for (const Case& x : {Case{2, 150, 130, 16, 16, 0.5}, {1, 200, 390, 8, 8, 0.9}}) {
    for (const bool is_split : {false, true}) {
      Run run{x, Side::tokens, 131};
      run.has_epilogue = true;
      run.is_split = is_split;
      expect_like_reference<TypeParam>(run);
      run.output = Output::accumulate;
      expect_like_reference<TypeParam>(run);
    }
  }
}

TYPED_TEST(CudaStrips, ARangeOfPanelsReadsItsRows) {
  const Case x{4, 300, 70, 16, 8, 0.6, 64};
  const std::int64_t panels = x.layout().panels_per_group();
  for (const PanelRange range : {PanelRange{0, 1}, {3, 4}, {9, 1}, {2, 0}}) {
    Run run{x, Side::tokens, 33, Output::accumulate, range};
    run.has_epilogue = true;
    expect_like_reference<TypeParam>(run);
    run.output = Output::overwrite;
    expect_like_reference<TypeParam>(run);
  }
  for (const PanelRange range : {PanelRange{panels, 2 * panels}, {3 * panels, panels}, {0, 0}}) {
    expect_like_reference<TypeParam>({x, Side::features, 33, Output::overwrite, range});
  }
}

TYPED_TEST(CudaStrips, OneColumnOrOneRowOfAnUnalignedMatrix) {
  for (const Side side : {Side::tokens, Side::features}) {
    for (const std::size_t offset : {0, 1, 8}) {
      expect_like_reference<TypeParam>(
          {{1, 33, 17, 8, 16, 0.3}, side, 1, Output::overwrite, {}, 0, offset});
      expect_like_reference<TypeParam>(
          {{2, 64, 64, 16, 16, 0.5}, side, 64, Output::overwrite, {}, 8, offset});
    }
  }
}

// Enough tokens that the reduction is cut in parts.
Run long_run(Side side) {
  Run run{{6, 500, 64, 16, 16, 0.7}, side, 40};
  run.has_epilogue = side == Side::tokens;
  if (side == Side::features) run.x = {40, 40, 100, 8, 8, 0.7};
  return run;
}

TYPED_TEST(CudaStrips, ASplitReductionGivesTheSameBits) {
  using T = typename TypeParam::Type;
  for (const Side side : {Side::tokens, Side::features}) {
    for (const Output output : {Output::overwrite, Output::accumulate}) {
      Run run = long_run(side);
      run.output = output;
      const Operands<T> whole(run);
      ASSERT_GT(whole.workspace_bytes(TypeParam::context), 0);
      run.is_split = true;
      const Result expected = multiply_on_device(TypeParam::context, whole);
      const Result actual = multiply_on_device(TypeParam::context, Operands<T>(run));
      EXPECT_TRUE(same_bits(actual.out, expected.out));
      EXPECT_TRUE(same_bits(actual.bias, expected.bias));
      EXPECT_TRUE(
          same_bits(multiply_on_device(TypeParam::context, Operands<T>(run)).out, expected.out));
      expect_like_reference<TypeParam>(run);
    }
  }
}

TYPED_TEST(CudaStrips, WhatIsNotFiniteReachesTheGradientAndNoFarther) {
  using T = typename TypeParam::Type;
  Operands<T> of({{1, 32, 32, 16, 16, 0.0}, Side::tokens, 8});
  of.x.values[0] = T(std::numeric_limits<float>::quiet_NaN());  // token 0, feature 0
  of.x.values[17] = T(std::numeric_limits<float>::infinity());  // token 1, feature 1
  const Result result = multiply_on_device(TypeParam::context, of);
  for (std::size_t o = 0; o < 8; ++o) {
    EXPECT_TRUE(std::isnan(result.out[o * 32]));
    EXPECT_TRUE(std::isinf(result.out[o * 32 + 1]));
    for (std::size_t f = 2; f < 32; ++f) EXPECT_TRUE(std::isfinite(result.out[o * 32 + f]));
  }
}

// Rows behind a panel's end belong to the next panel: they are not read as padding.
TYPED_TEST(CudaStrips, RowsOutsideThePanelAreNotMultiplied) {
  using T = typename TypeParam::Type;
  Run run{{1, 40, 16, 16, 16, 0.0, 16}, Side::tokens, 16, Output::overwrite, PanelRange{2, 1}};
  Operands<T> of(run);  // 8 tokens, of a block of 16
  of.left.resize(8 * 16 + 8 * 16, T(std::numeric_limits<float>::quiet_NaN()));
  for (const float value : multiply_on_device(TypeParam::context, of).out) {
    ASSERT_TRUE(std::isfinite(value));
  }
}

TYPED_TEST(CudaStrips, GraphsRecordTheProductAndTheSumOfItsParts) {
  using T = typename TypeParam::Type;
  const Operands<T> of(long_run(Side::tokens));
  const DevicePanels<T> x(of.x);
  const DeviceArray<T> left(of.left);
  const DeviceArray<float> out(of.out), bias(of.bias);
  const DeviceArray<std::uint8_t> memory(
      static_cast<std::size_t>(of.workspace_bytes(TypeParam::context)));
  cudaStream_t stream = nullptr;
  cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
              "cudaStreamCreateWithFlags");
  ExecutionContext context = TypeParam::context;
  context.stream = stream;
  context.workspace = {memory.data(), of.workspace_bytes(context)};
  cudaGraph_t graph = nullptr;
  cuda::check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal),
              "cudaStreamBeginCapture");
  of.multiply(context, left.data(), x.view(), out.data(), {nullptr, nullptr, bias.data()});
  cuda::check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  std::size_t nodes = 0;
  cuda::check(cudaGraphGetNodes(graph, nullptr, &nodes), "cudaGraphGetNodes");
  EXPECT_EQ(nodes, 3u);  // parts, their sum, the sum of their bias gradients
  cuda::check(cudaGraphDestroy(graph), "cudaGraphDestroy");
  cuda::check(cudaStreamDestroy(stream), "cudaStreamDestroy");
}

// The same number, which tf32 does not have, in strict f32.
TEST_F(CudaTest, StrictProductsOfFloatsKeepAllBits) {
  Operands<float> of({{1, 16, 16, 16, 16, 0.0}, Side::tokens, 16});
  std::fill(of.x.values.begin(), of.x.values.end(), 0.0F);
  std::fill(of.left.begin(), of.left.end(), 0.0F);
  of.x.values[0] = 1 + 0x1p-20F;
  of.left[0] = 1;
  EXPECT_EQ(multiply_on_device(on_cuda, of).out[0], 1 + 0x1p-20F);
  EXPECT_EQ(multiply_on_device(OnTensorCores<float>::context, of).out[0], 1);
}

}  // namespace
}  // namespace actscope::kernels::test
