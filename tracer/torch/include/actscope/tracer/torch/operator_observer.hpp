// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::tracer {

/// While it lives, and while a recorder records, every outermost LibTorch operator is an operator
/// scope. What autograd runs in backward for an operator of forward belongs to the layer and slot
/// in which that ran, on whichever thread: the nodes are known by their sequence numbers.
///
/// One at a time. Custom autograd functions open their own scopes.
/// Source  at::RecordFunction, ATen/record_function.h
class OperatorObserver {
 public:
  OperatorObserver();
  ~OperatorObserver();
  OperatorObserver(const OperatorObserver&) = delete;
  OperatorObserver& operator=(const OperatorObserver&) = delete;

  /// Forgets which nodes belong where: after backward.
  void forget_nodes();

 private:
  std::uint64_t handle_ = 0;
};

}  // namespace actscope::tracer
