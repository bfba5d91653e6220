// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/ledger_record.hpp"

namespace actscope::tracer {

/// One saved tensor of one node. Holds the tensor, not a copy of it.
struct FoundTensor {
  at::Tensor tensor;
  std::string node;
  std::string member;
  std::string slot;                   ///< as a custom function told it; empty: not told
  std::uint64_t sequence_number = 0;  ///< of the node
  SavedState state = SavedState::held;
  bool is_told = false;  ///< the program told of it
};

/// The autograd graph behind some tensors. Tensors in the order in which forward made their nodes.
struct FoundGraph {
  std::vector<FoundTensor> tensors;
  std::int64_t nodes = 0;
  std::int64_t known_nodes = 0;
  std::vector<LedgerNodeCount> unknown_nodes;  ///< in the order of their names
  LedgerSkipped skipped;                       ///< without `excluded`
};

/// Walks from the grad_fn of each root along every edge.
///
/// Requires no backward runs on the graph meanwhile
/// Effects  runs no operator and no hook, copies nothing; an in-place change of a saved tensor is
///          told, not thrown
/// Cost     one visit a node
/// Source   docs/decisions/0020
FoundGraph walk_graph(const std::vector<at::Tensor>& roots);

}  // namespace actscope::tracer
