// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "own_panels.hpp"
#include "problem.hpp"

namespace actscope::bench {

/// Our own way to the gradient: compress the input, multiply what was kept.
class BlockSparse {
 public:
  /// Requires problem to outlive this
  BlockSparse(const Problem& problem, const kernels::BlockSpec& spec, kernels::Backend backend);

  void compress();
  void product();  ///< weight or mixing gradient

  /// Of the last product. Shapes  [outputs, features]
  const std::vector<float>& result() const { return result_; }

  std::int64_t kept_flops() const;      ///< of a product
  std::int64_t compress_bytes() const;  ///< input read, values and index written
  std::int64_t product_bytes() const;   ///< values, index and gradient read, result written

 private:
  const Problem& problem_;
  kernels::ExecutionContext context_;
  OwnPanels panels_;
  std::vector<float> result_;
};

}  // namespace actscope::bench
