// SPDX-License-Identifier: Apache-2.0
// Element-wise passes: by hand, against the oracle within stated errors, in place, with gaps
// between rows, and what does not fit.
#include "actscope/kernels/elementwise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

class ElementwiseOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }
};

template <class T>
ConstMatrixView view_of(const std::vector<T>& of, std::int64_t rows, std::int64_t cols) {
  return contiguous_matrix<const void*>(of.data(), dtype_of<T>, rows, cols);
}
template <class T>
MatrixView out_of(std::vector<T>& of, std::int64_t rows, std::int64_t cols) {
  return contiguous_matrix<void*>(of.data(), dtype_of<T>, rows, cols);
}

TEST_P(ElementwiseOn, AffineByHand) {
  const std::vector<float> x{1, 2, 3, 4}, alpha{10, 100}, beta{1, -1};
  std::vector<float> y(4);
  affine(context(), view_of(x, 2, 2), alpha.data(), beta.data(), out_of(y, 2, 2));
  EXPECT_THAT(y, ElementsAre(11, 199, 31, 399));
}

TEST_P(ElementwiseOn, AddScaledByHandMayOverwriteItsInput) {
  std::vector<double> x{1, 2, 3, 4};
  const std::vector<double> gamma{.5, 2}, t{10, 20, 30, 40};
  add_scaled(context(), view_of(x, 2, 2), gamma.data(), view_of(t, 2, 2), out_of(x, 2, 2));
  EXPECT_THAT(x, ElementsAre(6, 42, 18, 84));
}

TEST_P(ElementwiseOn, GeluAtKnownPlaces) {
  // Φ(1) = .8413447461, φ(1) = .2419707245
  const std::vector<float> h{0, 1, -1, 30, -30};
  std::vector<float> u(5), dh(5);
  const std::vector<float> ones(5, 1);
  gelu(context(), view_of(h, 1, 5), out_of(u, 1, 5));
  EXPECT_THAT(u, ElementsAre(0, FloatNear(.8413447F, 1e-6F), FloatNear(-.1586553F, 1e-6F), 30,
                             FloatNear(0, 1e-6F)));
  gelu_backward(context(), view_of(ones, 1, 5), view_of(h, 1, 5), out_of(dh, 1, 5));
  EXPECT_THAT(dh, ElementsAre(.5F, FloatNear(1.0833155F, 1e-6F), FloatNear(-.0833155F, 1e-6F), 1,
                              FloatNear(0, 1e-6F)));
}

TEST_P(ElementwiseOn, NonFiniteValuesPassAsTheFormulaGivesThem) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> h{std::nanf(""), infinity, 1, 1e30F, -1e30F};
  const std::vector<float> du{1, 1, std::nanf(""), 1, 1};
  std::vector<float> u(5), dh(5);
  gelu(context(), view_of(h, 1, 5), out_of(u, 1, 5));
  EXPECT_TRUE(std::isnan(u[0]));
  EXPECT_EQ(u[1], infinity);
  EXPECT_EQ(u[3], 1e30F);
  EXPECT_EQ(u[4], 0);
  gelu_backward(context(), view_of(du, 1, 5), view_of(h, 1, 5), out_of(dh, 1, 5));
  EXPECT_TRUE(std::isnan(dh[0]));
  EXPECT_TRUE(std::isnan(dh[2]));
  EXPECT_EQ(dh[3], 1);
  EXPECT_EQ(dh[4], 0);
}

TEST_P(ElementwiseOn, CodesAreTheNearestLevelAndStayWithinTheirError) {
  constexpr std::int64_t rows = 7, cols = 101;  // a last byte that is not full
  const auto h = random_values<float>(rows * cols, 1);
  const std::vector<float> ones(h.size(), 1);
  std::vector<float> exact(h.size()), u(h.size()), plain(h.size());
  gelu_backward(reference, view_of(ones, rows, cols), view_of(h, rows, cols),
                out_of(exact, rows, cols));
  gelu(context(), view_of(h, rows, cols), out_of(plain, rows, cols));
  for (const auto& [bits, rms, most] :
       {std::tuple{CodeBits::int2, .1, .168}, std::tuple{CodeBits::int4, .024, .046}}) {
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(gelu_code_bytes(bits, rows, cols) + 1),
                                    0xa5);
    gelu(context(), view_of(h, rows, cols), out_of(u, rows, cols), {bits, codes.data()});
    EXPECT_EQ(u, plain);
    EXPECT_EQ(codes.back(), 0xa5) << "written past the end";
    std::vector<float> coded(h.size());
    gelu_backward_from_code(context(), view_of(ones, rows, cols), bits, codes.data(),
                            out_of(coded, rows, cols));
    double squares = 0;
    for (std::size_t i = 0; i < coded.size(); ++i) {
      EXPECT_NEAR(coded[i], exact[i], most);
      squares += std::pow(coded[i] - exact[i], 2);
    }
    EXPECT_LT(std::sqrt(squares / static_cast<double>(coded.size())), rms);
  }
}

TEST_P(ElementwiseOn, CodesAreTheBitsOfTheReference) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  auto h = random_values<float>(1000, 2);
  for (float& value : h) value *= 2;
  for (const float limit : {0.446074603F, 0.114435712F, 2.79158818F, 0.0F, infinity}) {
    h.insert(h.end(), {limit, -limit, std::nextafter(limit, 9.F), -std::nextafter(limit, 9.F)});
  }
  h.push_back(std::nanf(""));
  const auto count = static_cast<std::int64_t>(h.size());
  std::vector<float> u(h.size());
  for (const CodeBits bits : {CodeBits::int2, CodeBits::int4}) {
    std::vector<std::uint8_t> wanted(static_cast<std::size_t>(gelu_code_bytes(bits, 1, count))),
        got = wanted;
    gelu(reference, view_of(h, 1, count), out_of(u, 1, count), {bits, wanted.data()});
    gelu(context(), view_of(h, 1, count), out_of(u, 1, count), {bits, got.data()});
    EXPECT_EQ(got, wanted);
  }
}

TEST_P(ElementwiseOn, UnitsFarFromZeroKeepTheirGradientOrNone) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> h{30, -30, 4, -4, infinity, -infinity}, du{2, 2, 2, 2, 2, 2};
  std::vector<float> u(6), dh(6);
  for (const CodeBits bits : {CodeBits::int2, CodeBits::int4}) {
    std::vector<std::uint8_t> codes(static_cast<std::size_t>(gelu_code_bytes(bits, 1, 6)));
    gelu(context(), view_of(h, 1, 6), out_of(u, 1, 6), {bits, codes.data()});
    gelu_backward_from_code(context(), view_of(du, 1, 6), bits, codes.data(), out_of(dh, 1, 6));
    EXPECT_THAT(dh, ElementsAre(2, 0, 2, 0, 2, 0));
  }
}

TEST_P(ElementwiseOn, ErrorsStayWithinWhatIsStated) {
  std::vector<float> h;
  for (double x = -12; x <= 12; x += 1e-4) h.push_back(static_cast<float>(x));
  // Where the density falls below what a float holds, and far beyond.
  for (double x = 12; x <= 45; x *= 1.00001) {
    h.insert(h.end(), {static_cast<float>(x), static_cast<float>(-x)});
  }
  const auto count = static_cast<std::int64_t>(h.size());
  const std::vector<float> ones(h.size(), 1);
  std::vector<float> u(h.size()), dh(h.size()), again(h.size());
  gelu(context(), view_of(h, 1, count), out_of(u, 1, count));
  const MatrixView second = out_of(again, 1, count);
  gelu_backward(context(), view_of(ones, 1, count), view_of(h, 1, count), out_of(dh, 1, count),
                &second);
  EXPECT_EQ(again, u);
  for (std::size_t i = 0; i < h.size(); ++i) {
    const double x = h[i], cdf = .5 * std::erfc(-x / std::sqrt(2.));
    ASSERT_NEAR(u[i], x * cdf, 5e-7 * std::max(1., std::abs(x))) << x;
    ASSERT_NEAR(dh[i], cdf + x * std::exp(-x * x / 2) / std::sqrt(8 * std::atan(1.)), 1e-6) << x;
  }
}

// What two results may differ by: errors of f32 or f64, and where these cross a tie of the rounding
// to two bytes one unit in the last place.
template <class T>
double tolerance_at(double value) {
  if (std::is_same_v<T, double>) return 1e-14;
  if (std::is_same_v<T, float>) return 4e-6;
  return 4e-6 + std::abs(value) * (std::is_same_v<T, bfloat16> ? 0x1p-7 : 0x1p-10);
}

template <class T>
void agree_with_reference(const ExecutionContext& context) {
  for (const auto& [groups, rows, cols, gap] : {std::array<std::int64_t, 4>{1, 1, 1, 0},
                                                {3, 17, 37, 0},
                                                {2, 5, 130, 3},
                                                {1, 0, 4, 0},
                                                {1, 300, 100, 1}}) {
    const std::int64_t size = groups * rows * (cols + gap) + gap;
    const auto view = [&](auto* data) {
      using Pointer = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(data)>>,
                                         const void*, void*>;
      return BasicMatrixView<Pointer>{data, dtype_of<T>,         groups,    rows,
                                      cols, rows * (cols + gap), cols + gap};
    };
    const auto x = random_values<T>(size, 1), t = random_values<T>(size, 2);
    const auto alpha = random_values<T>(cols, 3), beta = random_values<T>(cols, 4);
    std::vector<std::uint8_t> codes(
        static_cast<std::size_t>(gelu_code_bytes(CodeBits::int4, groups * rows, cols)));
    gelu(reference, view(x.data()), view(std::vector<T>(x).data()), {CodeBits::int4, codes.data()});
    const auto run = [&](const ExecutionContext& on) {
      std::vector<std::vector<T>> results(6, std::vector<T>(static_cast<std::size_t>(size), T(7)));
      affine(on, view(x.data()), alpha.data(), beta.data(), view(results[0].data()));
      add_scaled(on, view(x.data()), alpha.data(), view(t.data()), view(results[1].data()));
      gelu(on, view(x.data()), view(results[2].data()));
      const MatrixView u = view(results[4].data());
      gelu_backward(on, view(t.data()), view(x.data()), view(results[3].data()), &u);
      gelu_backward_from_code(on, view(t.data()), CodeBits::int4, codes.data(),
                              view(results[5].data()));
      return results;
    };
    const auto expected = run(reference), actual = run(context);
    for (std::size_t r = 0; r < expected.size(); ++r) {
      for (std::size_t i = 0; i < expected[r].size(); ++i) {
        const auto wanted = static_cast<double>(expected[r][i]);
        ASSERT_NEAR(static_cast<double>(actual[r][i]), wanted, tolerance_at<T>(wanted))
            << "result " << r << " of " << rows << "x" << cols;
      }
    }
  }
}

TEST_P(ElementwiseOn, AgreesWithTheReference) {
  agree_with_reference<float>(context());
  agree_with_reference<double>(context());
  agree_with_reference<bfloat16>(context());
  agree_with_reference<float16>(context());
}

TEST_P(ElementwiseOn, Bf16IsComputedInF32AndRoundedOnce) {
  const auto narrow = [](std::vector<float> values) {
    return std::vector<bfloat16>(values.begin(), values.end());
  };
  // Ties at 1 + 2⁻⁸ and 1 + 3·2⁻⁸ go to even. The last: (1 + 2⁻⁷)² − 1 − 2⁻⁶ = 2⁻¹⁴, of which a
  // product rounded to bf16 would leave nothing.
  const std::vector<bfloat16> x = narrow({1, 1, 1, 1 + 0x1p-7F});
  const std::vector<bfloat16> alpha = narrow({1, 1, 1, 1 + 0x1p-7F});
  const std::vector<bfloat16> beta = narrow({0x1p-8F, 0x3p-8F, 0x1p-20F, -1 - 0x1p-6F});
  std::vector<bfloat16> y(4);
  affine(context(), view_of(x, 1, 4), alpha.data(), beta.data(), out_of(y, 1, 4));
  EXPECT_THAT(std::vector<float>(y.begin(), y.end()), ElementsAre(1, 1 + 0x1p-6F, 1, 0x1p-14F));
}

TEST_P(ElementwiseOn, Bf16CodesAreThoseOfItsValuesInF32) {
  const auto h = random_values<bfloat16>(1001, 2);
  const std::vector<float> wide(h.begin(), h.end());
  for (const CodeBits bits : {CodeBits::int2, CodeBits::int4}) {
    std::vector<std::uint8_t> wanted(static_cast<std::size_t>(gelu_code_bytes(bits, 7, 143))),
        got = wanted;
    std::vector<float> u(wide.size());
    std::vector<bfloat16> narrow_u(h.size());
    gelu(reference, view_of(wide, 7, 143), out_of(u, 7, 143), {bits, wanted.data()});
    gelu(context(), view_of(h, 7, 143), out_of(narrow_u, 7, 143), {bits, got.data()});
    EXPECT_EQ(got, wanted);
  }
}

TEST_P(ElementwiseOn, RefusesWhatDoesNotFit) {
  std::vector<float> x(4), y(6);
  std::vector<double> other(4);
  std::vector<std::uint8_t> codes(4);
  EXPECT_THROW(affine(context(), view_of(x, 2, 2), x.data(), x.data(), out_of(y, 2, 3)),
               ShapeMismatch);
  EXPECT_THROW(add_scaled(context(), view_of(x, 2, 2), x.data(), view_of(y, 2, 3), out_of(x, 2, 2)),
               ShapeMismatch);
  EXPECT_THROW(gelu(context(), view_of(x, 2, 2), out_of(other, 2, 2)), ShapeMismatch);
  EXPECT_THROW(gelu(context(), view_of(x, 2, 2), out_of(x, 2, 2), {CodeBits::int8, codes.data()}),
               ShapeMismatch);
  EXPECT_THROW(gelu_backward(context(), view_of(x, 2, 2), view_of(y, 3, 2), out_of(x, 2, 2)),
               ShapeMismatch);
  EXPECT_THROW(gelu_backward_from_code(context(), view_of(x, 2, 2), CodeBits::int8, codes.data(),
                                       out_of(x, 2, 2)),
               ShapeMismatch);
  const std::vector<bfloat16> narrow(4);
  EXPECT_THROW(gelu(context(), view_of(narrow, 2, 2), out_of(x, 2, 2)), ShapeMismatch);
}

INSTANTIATE_TEST_SUITE_P(Host, ElementwiseOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
