// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "measure.hpp"

namespace actscope::bench {

/// The times of our gradient and of its two parts, a value a round each.
class OwnTimes {
 public:
  /// Requires `ours` to outlive this
  OwnTimes(BlockSparse& ours, Parts parts) : ours_(ours), parts_(parts) {}
  OwnTimes(const OwnTimes&) = delete;
  OwnTimes& operator=(const OwnTimes&) = delete;

  /// What takes part in the rounds; the whole comes first.
  /// Requires this to outlive the result
  std::vector<Timed> timed();

  /// Requires `timed` to begin with what timed() gave, rounds over
  std::vector<double> compress_s(const std::vector<Timed>& timed) const;
  std::vector<double> product_s(const std::vector<Timed>& timed) const;

 private:
  void run_by_the_clock();

  BlockSparse& ours_;
  Parts parts_;
  double sum_compress_s_ = 0, sum_product_s_ = 0;
  std::vector<double> compress_s_, product_s_;
};

}  // namespace actscope::bench
