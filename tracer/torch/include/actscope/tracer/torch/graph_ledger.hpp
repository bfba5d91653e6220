// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actscope/base/ledger_record.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/device_memory.hpp"

namespace at {
class Tensor;
}

namespace actscope::tracer {

/// Who keeps a tensor that the walk of the graph cannot see: a node written in Python, or a node
/// whose saved tensor a hook packed.
struct ToldHolder {
  std::string node;                   ///< name of the node
  std::string member;                 ///< what the node calls the tensor
  std::uint64_t sequence_number = 0;  ///< of the node (Node::sequence_nr)
};

/// What a program read of the graph by itself.
struct ToldGraph {
  std::vector<at::Tensor> tensors;
  std::vector<ToldHolder> holders;  ///< of each tensor, as many
  std::vector<std::string> nodes;   ///< names of the nodes that it read whole, one entry a node
  std::int64_t hooked = 0;          ///< saved tensors packed by hooks that it looked into
};

/// Counts what one forward pass of any LibTorch model keeps for its backward pass: every saved
/// tensor of the autograd graph, storage by storage, and against it the allocator.
///
/// exclude the parameters, buffers and batch once; then begin, forward and loss, count, as often as
/// wanted. LayerScope and SlotScope in the model give the holders their layer and slot.
///
/// Shapes   none
/// Units    bytes
/// Requires one thread; install_counting_cpu_allocator before the first tensor, on a CPU
/// Source   docs/decisions/0020
class GraphLedger {
 public:
  /// `device` is where the model computes.
  /// Errors  TraceError: the counting allocator is not installed; as memory_counters
  explicit GraphLedger(MemoryDevice device = MemoryDevice::cpu);
  ~GraphLedger();
  GraphLedger(const GraphLedger&) = delete;
  GraphLedger& operator=(const GraphLedger&) = delete;

  /// Parameters, buffers, the batch: storages that are not counted, from now on.
  void exclude(const std::vector<at::Tensor>& tensors);

  /// From here on memory is counted, and autograd nodes remember the layer they were made in.
  void begin();

  /// What the graphs of `loss` and `outputs` keep now. `outputs` are what the program holds on to
  /// besides: logits, hidden states. `told` is what the program knows of nodes that the walk cannot
  /// read.
  ///
  /// Effects  ends what begin began; runs no operator, changes no tensor
  /// Errors   TraceError: begin was not called
  LedgerRecord count(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                     const ToldGraph& told);
  LedgerRecord count(const at::Tensor& loss, const std::vector<at::Tensor>& outputs = {});

  /// The allocations that are the residual of the last count, oldest first; on CUDA none.
  const std::vector<Allocation>& unexplained() const noexcept;

  /// Where the storages of the last count have their memory, in the order of the record.
  const std::vector<const void*>& kept_memory() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The ledger of a graph alone, without asking the allocator: what is left of the graph after
/// backward, or what a model would keep, on device `meta`, where tensors have shapes and no memory.
/// LibTorch 2.11 has meta kernels in C++ for most operators, not for convolution, batch and layer
/// norm. Byte counts of the allocator are 0, the measured ones absent.
LedgerRecord ledger_of_graph(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                             const std::vector<at::Tensor>& excluded);
LedgerRecord ledger_of_graph(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                             const std::vector<at::Tensor>& excluded, const ToldGraph& told);

}  // namespace actscope::tracer
