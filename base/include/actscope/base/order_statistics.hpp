// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace actscope {

/// The n-th smallest value, from 0. Reorders the values. Requires n < values.size()
double nth_smallest(std::vector<double>& values, std::size_t n);

/// The middle value; of an even number the mean of the two. Reorders the values; median_of
/// (actscope/base/paired_ratio.hpp) leaves them. Requires at least one value
double median_in(std::vector<double>& values);

}  // namespace actscope
