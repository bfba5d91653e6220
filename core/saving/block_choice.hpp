// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string_view>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/core/scheme/slot_norms.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/tracer/name.hpp"
#include "actscope/tracer/store_ledger.hpp"
#include "actscope/tracer/torch/saved_tensor_source.hpp"
#include "saving/stores/store.hpp"
#include "tensors/part_buffer.hpp"

namespace actscope::core {

class SavedSlot;

/// Which blocks of a slot a product reads, when the slot itself is stored in another way: the mask
/// of the blocks chosen in forward, and their scales where they are rescaled.
class BlockChoice {
 public:
  /// Requires operand.kind is bsr
  BlockChoice(const Operand& operand, const SlotShape& shape, const torch::Tensor& like,
              tracer::Name name = {}, const StoreDraw& draw = {});

  std::int64_t granule() const;

  /// Adds the norms of what is chosen from and of what is chosen to `norm`, which outlives the
  /// forward pass.
  void measure(SlotNorm* norm) { norm_ = norm; }

  /// Chooses the blocks of units [first, first + part); those of a choice among all blocks of the
  /// slot once its last part is there.
  /// Requires parts in order
  void choose(std::int64_t first, const torch::Tensor& part);

  /// The chosen blocks of a part, gathered; the tensors are the memory of the panels.
  struct Gathered {
    kernels::BsrPanels panels;
    torch::Tensor values, mask, column_starts;
  };
  /// Gathers from a decoded part that begins with unit `first`.
  Gathered gather(std::int64_t first, const torch::Tensor& part) const;
  /// Gathers units [first, first + count) of a coded slot and decodes nothing else of it: the same
  /// bits.
  Gathered gather(std::int64_t first, std::int64_t count, const SavedSlot& coded) const;

  void record(tracer::StoreLedger* ledger, std::string_view layer, std::string_view slot) const;
  void visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const;
  void release();

 private:
  void choose_now(std::int64_t first, const torch::Tensor& part);
  void add_norms(std::int64_t first, const torch::Tensor& part);
  // Panels for units [first, first + count), their index written, their values not.
  Gathered room(std::int64_t first, std::int64_t count, const torch::TensorOptions& options) const;
  // Column starts of units [first, first + count), counted from there.
  torch::Tensor starts_of(std::int64_t first, std::int64_t count) const;
  // Kept blocks before a unit.
  std::int64_t kept_before(std::int64_t unit) const;

  SlotShape shape_;
  tracer::Name name_;
  StoreDraw draw_;
  kernels::PanelLayout layout_;
  torch::Tensor mask_, scales_;
  PartBuffer parts_;
  SlotNorm* norm_ = nullptr;
};

}  // namespace actscope::core
