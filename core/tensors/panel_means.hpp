// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace actscope::core {

/// Σ over the rows of each panel, of which the last may be lower.
/// Shapes  rows [count, features] → [panels, features] of sum_type
torch::Tensor panel_sums(const torch::Tensor& rows, std::int64_t panel_rows);

/// The mean row of each panel, in the element type of the rows.
/// Shapes  as panel_sums
torch::Tensor panel_means(const torch::Tensor& rows, std::int64_t panel_rows);

/// What each row differs from a row of its panel.
/// Shapes  rows [count, features], centers [panels, features] → [count, features]
torch::Tensor deviations(const torch::Tensor& rows, const torch::Tensor& centers,
                         std::int64_t panel_rows);

}  // namespace actscope::core
