// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/custom_class.h>

#include <optional>
#include <string_view>

#include "actscope/tracer/torch/saved_tensor_source.hpp"
#include "slot_store.hpp"

namespace actscope::core {

/// One slot of a function of its own, carried from forward to backward in the autograd node and
/// shown to a walk of the graph.
struct KeptSlot : torch::CustomClassHolder, tracer::SavedTensorSource {
  KeptSlot(SlotStore kept, std::string_view slot_name) : store(std::move(kept)), name(slot_name) {}

  void visit_saved(const Visit& visit) const override {
    store.visit(visit, name);
    if (choice) choice->visit(visit, name);
  }
  /// Lets go of the storages, unless the graph is to be walked again.
  void release();

  SlotStore store;
  std::optional<BlockChoice> choice;  ///< the blocks a product reads, where the store has others
  std::string_view name;              ///< of static duration
  std::int64_t workspace_bytes = 0;
};

/// Throws where a backward pass of ours is asked to be differentiated itself; `remedy` is what to
/// do instead.
void refuse_second_derivative(std::string_view function,
                              std::string_view remedy = "call backward without create_graph");

}  // namespace actscope::core
