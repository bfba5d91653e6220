// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/order_statistics.hpp"

#include <algorithm>

namespace actscope {

double nth_smallest(std::vector<double>& values, std::size_t n) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(n);
  std::ranges::nth_element(values, place);
  return *place;
}

double median_in(std::vector<double>& values) {
  const std::size_t half = values.size() / 2;
  const double upper = nth_smallest(values, half);
  if (values.size() % 2 == 1) return upper;
  return (*std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half)) +
          upper) /
         2;
}

}  // namespace actscope
