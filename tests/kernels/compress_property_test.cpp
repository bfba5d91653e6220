// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "kernel_support.hpp"

namespace actscope::kernels::test {
namespace {

PanelLayout any_layout() {
  const auto side = [] { return *rc::gen::inRange<std::int64_t>(1, 20); };
  const BlockSpec blocks{side(), side(), *rc::gen::inRange(0, 100) / 100.0};
  return {*rc::gen::inRange<std::int64_t>(1, 4), *rc::gen::inRange<std::int64_t>(1, 160),
          *rc::gen::inRange<std::int64_t>(1, 60), blocks};
}

RC_GTEST_PROP(CompressProperty, KeptBlocksComeBackAndTheRestIsZero, ()) {
  const PanelLayout layout = any_layout();
  const auto x =
      random_values<float>(layout.total_rows() * layout.cols(), *rc::gen::arbitrary<unsigned>());
  OwnedPanels<float> panels(layout);
  compress(cpu,
           contiguous_groups<const void*>(x.data(), DType::f32, layout.groups(), layout.rows(),
                                          layout.cols()),
           panels.view, nullptr);
  const auto dense = dense_of<float>(as_const(panels.view));
  for (std::size_t i = 0; i < x.size(); ++i) RC_ASSERT(dense[i] == x[i] || dense[i] == 0.0F);
}

RC_GTEST_PROP(CompressProperty, EveryPanelKeepsExactlyItsShare, ()) {
  const PanelLayout layout = any_layout();
  const auto x =
      random_values<double>(layout.total_rows() * layout.cols(), *rc::gen::arbitrary<unsigned>());
  OwnedPanels<double> panels(layout);
  compress(cpu,
           contiguous_groups<const void*>(x.data(), DType::f64, layout.groups(), layout.rows(),
                                          layout.cols()),
           panels.view, nullptr);
  for (std::int64_t p = 0; p < layout.panels(); ++p) {
    const PanelExtent panel = layout.panel(p);
    std::int64_t kept = 0;
    for (std::int64_t w = 0; w < (panel.blocks + 31) / 32; ++w) {
      kept += std::popcount(panels.mask[static_cast<std::size_t>(panel.mask_word + w)]);
    }
    RC_ASSERT(kept == panel.kept_blocks);
    RC_ASSERT(kept >= 1);
    const double exact = (1 - layout.spec().sparsity_ratio) * static_cast<double>(panel.blocks);
    RC_ASSERT(std::abs(static_cast<double>(kept) - exact) <= 0.5 + 1e-9 || kept == 1);
  }
}

RC_GTEST_PROP(CompressProperty, NoDroppedBlockIsLargerThanAKeptOne, ()) {
  const PanelLayout layout(1, *rc::gen::inRange<std::int64_t>(1, 100), 24, {4, 8, 0.5});
  const auto x = random_values<float>(layout.total_rows() * 24, *rc::gen::arbitrary<unsigned>());
  OwnedPanels<float> panels(layout);
  compress(cpu, contiguous_matrix<const void*>(x.data(), DType::f32, layout.rows(), 24),
           panels.view, nullptr);
  const auto dense = dense_of<float>(as_const(panels.view));
  const PanelExtent panel = layout.panel(0);
  double least_kept = 1e300, most_dropped = 0;
  for (std::int64_t r = 0; r < panel.row_blocks; ++r) {
    for (std::int64_t c = 0; c < layout.col_blocks(); ++c) {
      double norm = 0, kept_norm = 0;
      for (std::int64_t i = r * 4; i < std::min(r * 4 + 4, panel.rows); ++i) {
        for (std::int64_t j = c * 8; j < c * 8 + 8; ++j) {
          const auto at = static_cast<std::size_t>(i * 24 + j);
          norm += static_cast<double>(x[at]) * x[at];
          kept_norm += static_cast<double>(dense[at]) * dense[at];
        }
      }
      if (kept_norm > 0) {
        least_kept = std::min(least_kept, norm);
      } else {
        most_dropped = std::max(most_dropped, norm);
      }
    }
  }
  RC_ASSERT(least_kept >= most_dropped);
}

}  // namespace
}  // namespace actscope::kernels::test
