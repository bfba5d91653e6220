// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// While it lives, and while a recorder records, every outermost LibTorch operator is an operator
/// scope. What autograd runs in backward for an operator of forward belongs to the layer and slot
/// in which that ran, on whichever thread: the nodes are known by their sequence numbers.
///
/// Where layers are named (name_layers) when it is made, operators in no LayerScope belong to the
/// layer whose parameters they take.
///
/// One at a time. Custom autograd functions open their own scopes.
/// Source  at::RecordFunction, ATen/record_function.h
class OperatorObserver {
 public:
  OperatorObserver();
  ~OperatorObserver();
  OperatorObserver(const OperatorObserver&) = delete;
  OperatorObserver& operator=(const OperatorObserver&) = delete;

  /// Where the node of this number (Node::sequence_nr) was made in forward; nothing where no
  /// operator of a traced step made it.
  static std::optional<TracePlace> place_of_node(std::uint64_t sequence_number);

  /// Forgets which nodes belong where: after backward.
  void forget_nodes();

 private:
  std::uint64_t handle_ = 0;
};

}  // namespace actscope::tracer
