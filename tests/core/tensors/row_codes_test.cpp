// SPDX-License-Identifier: Apache-2.0
#include "tensors/row_codes.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "tensors/code_passes.hpp"

namespace actscope::core {
namespace {

using kernels::CodeBits;
using torch::Tensor;

struct RowCodes {
  Tensor codes, scales;
};

RowCodes room(std::int64_t rows, std::int64_t row, CodeBits bits) {
  return {at::empty({rows * kernels::code_bytes(bits, row)}, torch::kByte),
          at::empty({rows * kernels::code_groups(row)}, torch::kInt)};
}

// Rows whose sizes differ a thousandfold.
Tensor uneven_rows(std::int64_t rows, std::int64_t row, at::ScalarType dtype) {
  at::manual_seed(3);
  const Tensor sizes = at::pow(10.0, at::linspace(-2, 1, rows)).view({rows, 1});
  return (at::randn({rows, row}) * sizes).to(dtype).contiguous();
}

class RowsOfTokens
    : public testing::TestWithParam<std::tuple<std::int64_t, CodeBits, at::ScalarType>> {};

TEST_P(RowsOfTokens, EachHasTheCodesOfItselfAlone) {
  const auto [row, bits, dtype] = GetParam();
  const std::int64_t rows = 37;
  const Tensor values = uneven_rows(rows, row, dtype);
  const RowCodes all = room(rows, row, bits);
  encode_rows(values, row, bits, all.codes, all.scales);
  Tensor decoded = at::empty_like(values);
  decode_rows(all.codes, all.scales, row, bits, decoded);
  for (std::int64_t i = 0; i < rows; ++i) {
    const RowCodes one = room(1, row, bits);
    encode_rows(values[i], row, bits, one.codes, one.scales);
    EXPECT_TRUE(at::equal(one.codes, all.codes.view({rows, -1})[i])) << "row " << i;
    EXPECT_TRUE(at::equal(one.scales, all.scales.view({rows, -1})[i])) << "row " << i;
    const double levels = (1 << static_cast<int>(bits)) - 1;
    const double span = (values[i].max() - values[i].min()).item<double>();
    const double error = (decoded[i] - values[i]).abs().max().item<double>();
    EXPECT_LE(error, span / levels * 0.55 + 0.01 * span) << "row " << i;
  }
}

TEST_P(RowsOfTokens, AreTheSameByOnePassOverFilledRows) {
  const auto [row, bits, dtype] = GetParam();
  const std::int64_t rows = 37;
  const Tensor values = uneven_rows(rows, row, dtype);
  const RowCodes by_row = room(rows, row, bits), filled = room(rows, row, bits);
  encode_rows(values, row, bits, by_row.codes, by_row.scales);
  encode_filled_rows(values, row, bits, filled.codes, filled.scales);
  EXPECT_TRUE(at::equal(by_row.codes, filled.codes));
  EXPECT_TRUE(at::equal(by_row.scales, filled.scales));
  Tensor one = at::empty_like(values), other = at::empty_like(values);
  decode_rows(by_row.codes, by_row.scales, row, bits, one);
  decode_filled_rows(filled.codes, filled.scales, row, bits, other);
  EXPECT_TRUE(at::equal(one, other));
}

INSTANTIATE_TEST_SUITE_P(Lengths, RowsOfTokens,
                         testing::Combine(testing::Values<std::int64_t>(2, 66, 96, 128, 192, 576),
                                          testing::Values(CodeBits::int4, CodeBits::int8),
                                          testing::Values(torch::kFloat, torch::kDouble,
                                                          torch::kBFloat16)));

TEST(RowsOfTokens, WithoutAnyAreNoCodes) {
  Tensor values = at::empty({0, 96});
  const RowCodes none = room(0, 96, CodeBits::int4);
  encode_rows(values, 96, CodeBits::int4, none.codes, none.scales);
  decode_rows(none.codes, none.scales, 96, CodeBits::int4, values);
  EXPECT_EQ(none.codes.numel(), 0);
}

}  // namespace
}  // namespace actscope::core
