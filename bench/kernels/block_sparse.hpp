// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/panel_layout.hpp"
#include "problem.hpp"

namespace actscope::bench {

/// Our own way to the gradient: compress the input, multiply what was kept.
class BlockSparse {
 public:
  /// Requires problem to outlive this
  BlockSparse(const Problem& problem, const kernels::BlockSpec& spec);
  BlockSparse(const BlockSparse&) = delete;
  BlockSparse& operator=(const BlockSparse&) = delete;
  virtual ~BlockSparse() = default;

  virtual void compress() = 0;
  virtual void product() = 0;  ///< weight or mixing gradient

  /// What the last product gave.
  /// Shapes  [outputs, features]
  virtual std::vector<float> result() const = 0;

  std::int64_t kept_flops() const;      ///< of a product
  std::int64_t compress_bytes() const;  ///< input read, values and index written
  std::int64_t product_bytes() const;   ///< values, index and gradient read, result written

 protected:
  const Problem& problem() const { return problem_; }
  const kernels::PanelLayout& layout() const { return layout_; }

 private:
  const Problem& problem_;
  kernels::PanelLayout layout_;
};

/// In host memory.
std::unique_ptr<BlockSparse> make_host_block_sparse(const Problem& problem,
                                                    const kernels::BlockSpec& spec,
                                                    kernels::Backend backend);

/// Calls the operator that makes the gradient of a problem.
///
/// Shapes   gradient as Problem::gradient, result [outputs, features], both memory of the back end
/// Effects  as gemm_tn
void multiply(const kernels::ExecutionContext& context, const Problem& problem,
              const void* gradient, const kernels::ConstBsrPanels& panels, void* result);

}  // namespace actscope::bench
