// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/custom_class.h>

#include <optional>
#include <string>
#include <string_view>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/tracer/torch/saved_tensor_source.hpp"
#include "saving/saved_slot.hpp"

namespace actscope::core {

/// How a function of somebody's own saves one tensor.
struct SavedTensorSpec {
  StoreSpec store;
  Operand operand;  ///< of a product; full: all that the store decodes to
  std::int64_t workspace_bytes = default_workspace_bytes;
  std::uint64_t seed = 0;  ///< of random selections and stochastic rounding
  std::string name;        ///< in ledgers and traces
};

/// The saved tensor of such a function, carried from forward to backward in the autograd node and
/// shown to a walk of the graph.
struct SavedTensorState : torch::CustomClassHolder, tracer::SavedTensorSource {
  /// Keeps `rows` and, where the operand is pruned and the store is not, the blocks it multiplies.
  /// Shapes  rows [rows, features], contiguous
  SavedTensorState(const SavedTensorSpec& setting, const torch::Tensor& rows);

  void visit_saved(const Visit& visit) const override {
    store.visit(visit, name);
    if (choice) choice->visit(visit, name);
  }
  /// Lets go of the storages, unless the graph is to be walked again.
  void release();

  /// dyᵀ · what a product reads, decoded at most `workspace_bytes` at a time.
  /// Shapes  dy [rows, outputs], contiguous, of the slot's element type → [outputs, features] of
  ///         sum_type
  torch::Tensor product(const torch::Tensor& dy) const;

  /// Bytes of the storages held.
  std::int64_t bytes() const;

  SavedSlot store;
  std::optional<BlockChoice> choice;  ///< the blocks a product reads, where the store has others
  std::string name;
  std::int64_t workspace_bytes = 0;
  bool is_released = false;
};

/// Throws where a store gives no values back or wants a grid of tokens, or where an operand prunes
/// what is stored pruned; `subject` begins the message: "a linear layer cannot keep its input".
void require_values(const StoreSpec& store, const Operand& operand, std::string_view subject);

/// Throws where a backward pass of ours is asked to be differentiated itself; `remedy` is what to
/// do instead.
void refuse_second_derivative(std::string_view function,
                              std::string_view remedy = "call backward without create_graph");

}  // namespace actscope::core
