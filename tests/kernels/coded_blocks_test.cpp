// SPDX-License-Identifier: Apache-2.0
// Kept blocks straight from codes: by hand, the bits of decoding everything and gathering, parts of
// longer arrays, ranges of panels, what does not fit.
#include "actscope/kernels/coded_blocks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "actscope/base/error.hpp"
#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

using testing::Each;
using testing::ElementsAre;

class CodedBlocksOn : public testing::TestWithParam<Backend> {
 protected:
  ExecutionContext context() const { return {GetParam(), nullptr}; }
};

// A random matrix as codes, as the end of an array of `before` elements more.
struct CodedTestMatrix {
  CodedTestMatrix(std::int64_t elements, std::int64_t before, CodeBits bits)
      : values(random_values<float>(before + elements, 7)),
        codes(static_cast<std::size_t>(code_bytes(bits, before + elements))),
        scales(static_cast<std::size_t>(code_groups(before + elements))),
        view{bits, codes.data(), scales.data(), before} {
    quantize(reference, DType::f32, values.data(), before + elements, bits, codes.data(),
             scales.data());
  }
  CodedTestMatrix(const CodedTestMatrix&) = delete;
  CodedTestMatrix& operator=(const CodedTestMatrix&) = delete;

  std::vector<float> values;
  std::vector<std::uint8_t> codes;
  std::vector<CodeScale> scales;
  CodedMatrix view;
};

// Chooses blocks of the matrix and writes the values of panels in the old way: all of it decoded
// (as f32 for the types of two bytes), rounded to T, gathered.
template <class T>
void gather_decoded(const CodedTestMatrix& x, const BsrPanels& panels) {
  using Wide = ResultOf<T>;
  const PanelLayout& layout = panels.layout;
  const std::int64_t elements = layout.total_rows() * layout.cols();
  std::vector<Wide> wide(static_cast<std::size_t>(elements));
  dequantize(reference, dtype_of<Wide>, x.view.bits, x.view.codes, x.view.scales,
             x.view.first_element, elements, wide.data());
  std::vector<T> decoded(wide.size());
  for (std::size_t i = 0; i < wide.size(); ++i) decoded[i] = static_cast<T>(wide[i]);
  const auto view = contiguous_groups<const void*>(decoded.data(), dtype_of<T>, layout.groups(),
                                                   layout.rows(), layout.cols());
  select_blocks(reference, view, layout, panels.index, nullptr, {3, 0, nullptr});
  gather_blocks(reference, view, panels);
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

TEST_P(CodedBlocksOn, ByHand) {
  // Two groups of values 0…15 with step 1: 4x4 as int4 codes; block columns 1 is kept.
  std::vector<float> x(16);
  for (int i = 0; i < 16; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>(i);
  std::vector<std::uint8_t> codes(8);
  std::vector<CodeScale> scales(1);
  quantize(reference, DType::f32, x.data(), 16, CodeBits::int4, codes.data(), scales.data());
  OwnedPanels<float> panels(PanelLayout(1, 4, 4, {2, 2, 0.5}));
  panels.mask = {0b1100U};
  column_starts_from_mask(reference, panels.view.layout, panels.view.index);
  gather_blocks_from_codes(context(), {CodeBits::int4, codes.data(), scales.data(), 0},
                           panels.view);
  EXPECT_THAT(panels.values, ElementsAre(2, 3, 6, 7, 10, 11, 14, 15));
}

template <class T>
void expect_bits_of_decoded(const ExecutionContext& context) {
  struct Shape {
    std::int64_t groups, rows, cols;
    BlockSpec blocks;
  };
  const BlockSpec unbiased{8, 8, 0.5, Select::panel, 128, Rescale::unbiased};
  for (const auto& [groups, rows, cols, blocks] :
       {Shape{1, 1, 1, {1, 1, 0.0}}, Shape{1, 200, 96, {8, 8, 0.5}}, Shape{2, 49, 64, {8, 16, 0.8}},
        Shape{1, 300, 256, {8, 64, 0.9}}, Shape{1, 64, 128, {4, 4, 0.5}},
        Shape{3, 37, 41, {5, 11, 0.6}}, Shape{1, 130, 300, {32, 128, 0.0}},
        Shape{1, 70, 33, {16, 16, 0.5}}, Shape{1, 150, 96, unbiased},
        Shape{1, 0, 8, {4, 4, 0.5}}}) {
    const PanelLayout layout(groups, rows, cols, blocks);
    for (const CodeBits bits : {CodeBits::int8, CodeBits::int4, CodeBits::int2}) {
      for (const std::int64_t before : {0, 128, 37}) {
        const CodedTestMatrix x(groups * rows * cols, before, bits);
        OwnedPanels<T> wanted(layout), got(layout);
        gather_decoded<T>(x, wanted.view);
        got.mask = wanted.mask;
        got.starts = wanted.starts;
        got.scales = wanted.scales;
        gather_blocks_from_codes(context, x.view, got.view);
        EXPECT_TRUE(same_bits(got.values, wanted.values))
            << describe(blocks) << " of " << rows << "x" << cols << ", " << static_cast<int>(bits)
            << " bits after " << before;
      }
    }
  }
}

TEST_P(CodedBlocksOn, GivesTheBitsOfDecodingAndGathering) {
  expect_bits_of_decoded<float>(context());
  expect_bits_of_decoded<double>(context());
  expect_bits_of_decoded<bfloat16>(context());
  expect_bits_of_decoded<float16>(context());
}

TEST_P(CodedBlocksOn, WritesThePanelsOfTheRangeAlone) {
  const PanelLayout layout(1, 400, 64, {8, 8, 0.5});
  const CodedTestMatrix x(400 * 64, 0, CodeBits::int4);
  OwnedPanels<float> wanted(layout), got(layout);
  gather_decoded<float>(x, wanted.view);
  got.mask = wanted.mask;
  got.starts = wanted.starts;
  gather_blocks_from_codes(context(), x.view, got.view, {1, 2});
  const auto place = [&](std::int64_t panel) {
    return layout.panel(panel).value_block * layout.block_elements();
  };
  EXPECT_THAT(std::vector<float>(got.values.begin(), got.values.begin() + place(1)), Each(-77));
  EXPECT_TRUE(std::equal(got.values.begin() + place(1), got.values.begin() + place(3),
                         wanted.values.begin() + place(1)));
  EXPECT_THAT(std::vector<float>(got.values.begin() + place(3), got.values.end()), Each(-77));
}

TEST_P(CodedBlocksOn, RefusesWhatDoesNotFit) {
  OwnedPanels<float> panels(PanelLayout(1, 4, 4, {2, 2, 0.5}));
  const CodedTestMatrix x(16, 0, CodeBits::int8);
  EXPECT_THROW(gather_blocks_from_codes(context(), x.view, panels.view, {0, 2}), ShapeMismatch);
  CodedMatrix before = x.view;
  before.first_element = -1;
  EXPECT_THROW(gather_blocks_from_codes(context(), before, panels.view), ShapeMismatch);
  OwnedPanels<float> rescaled(
      PanelLayout(1, 4, 4, {2, 2, 0.5, Select::panel, 128, Rescale::unbiased}));
  rescaled.view.index.scales = nullptr;
  EXPECT_THROW(gather_blocks_from_codes(context(), x.view, rescaled.view), ConfigError);
}

INSTANTIATE_TEST_SUITE_P(Host, CodedBlocksOn, testing::Values(Backend::reference, Backend::cpu),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace actscope::kernels::test
