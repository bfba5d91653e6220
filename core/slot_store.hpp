// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "actscope/core/scheme.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/tracer/name.hpp"
#include "actscope/tracer/saved_ledger.hpp"
#include "actscope/tracer/torch/saved_tensor_source.hpp"

namespace actscope::core {

/// The matrix behind a slot. Walks go in units: images ([groups] × [rows, cols], one unit a group)
/// where groups is set by the layout of x and y, else single rows of one group.
struct SlotShape {
  std::int64_t groups = 1;
  std::int64_t rows = 0;  ///< of one group
  std::int64_t cols = 0;
  bool by_group = false;

  std::int64_t units() const { return by_group ? groups : rows; }
  std::int64_t unit_elements() const { return by_group ? rows * cols : cols; }
  /// The shape of a run of units.
  SlotShape part(std::int64_t units) const {
    return by_group ? SlotShape{units, rows, cols, true} : SlotShape{1, units, cols, false};
  }
};

/// One slot between forward and backward: written part by part in forward, read part by part (or
/// multiplied as panels) in backward.
class SlotStore {
 public:
  /// `like` gives dtype and device, `name` stands in traces.
  SlotStore(const Store& store, const SlotShape& shape, const torch::Tensor& like,
            tracer::Name name = {});

  StoreKind kind() const noexcept { return store_.kind; }
  bool is_kept() const noexcept { return store_.kind != StoreKind::drop; }
  bool is_coded() const noexcept {
    return store_.kind == StoreKind::int8 || store_.kind == StoreKind::int4;
  }
  const SlotShape& shape() const noexcept { return shape_; }

  /// Units that a part must be a multiple of (the last part excepted), so that neither panels nor
  /// code groups are cut.
  std::int64_t granule() const;

  /// Where to compute units [first, first + count) so that `put` need not copy: [count, unit], a
  /// part of the kept tensor where kind is keep, else memory of its own.
  torch::Tensor room(std::int64_t first, std::int64_t count);

  /// Stores units [first, first + part). Requires parts in order, cut at granules, contiguous.
  /// `keep` of everything at once, or of a part computed in its `room`, holds the tensor itself, of
  /// any other part a copy.
  void put(std::int64_t first, const torch::Tensor& part);

  /// Units [first, first + count), decoded, as [count, unit] of dtype (a view where kept). Any
  /// range will do; one cut at granules is decoded without a margin.
  torch::Tensor get(std::int64_t first, std::int64_t count) const;

  /// Where kind is bsr: the panels, and those of a run of units.
  kernels::ConstBsrPanels panels() const;
  kernels::PanelRange panel_range(std::int64_t first, std::int64_t count) const;

  /// Where it is coded: the units from `first` on.
  kernels::CodedMatrix codes(std::int64_t first) const;

  /// Registers every storage held.
  void record(tracer::SavedLedger* ledger, std::string_view layer, std::string_view slot) const;
  /// Tells every tensor held, also those that are not defined.
  void visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const;

  /// Lets go of the storages.
  void release();

  /// dtype and device of decoded parts.
  const torch::TensorOptions& options() const noexcept { return options_; }

 private:
  torch::Tensor empty_like_part(std::int64_t units) const;
  torch::Tensor decode(std::int64_t first, std::int64_t count) const;  // cut at granules

  Store store_;
  SlotShape shape_;
  tracer::Name name_;
  torch::TensorOptions options_;
  torch::Tensor values_;                // keep: the tensor; bsr: kept blocks; codes: the codes
  torch::Tensor mask_, column_starts_;  // bsr
  torch::Tensor scales_;                // codes
  kernels::PanelLayout layout_;         // bsr
};

/// Which blocks of a slot a product reads, when the slot itself is stored in another way: the mask
/// of the blocks chosen in forward.
class BlockChoice {
 public:
  BlockChoice(const kernels::BlockSpec& blocks, const SlotShape& shape, const torch::Tensor& like,
              tracer::Name name = {});

  std::int64_t granule() const;

  /// Chooses the blocks of units [first, first + part) by their norms.
  void choose(std::int64_t first, const torch::Tensor& part);

  /// The chosen blocks of a part, gathered; the tensors are the memory of the panels.
  struct Gathered {
    kernels::BsrPanels panels;
    torch::Tensor values, mask, column_starts;
  };
  /// Of a decoded part that begins with unit `first`.
  Gathered gather(std::int64_t first, const torch::Tensor& part) const;
  /// Of units [first, first + count) of a coded slot, of which nothing else is decoded: the same
  /// bits.
  Gathered gather(std::int64_t first, std::int64_t count, const SlotStore& coded) const;

  void record(tracer::SavedLedger* ledger, std::string_view layer, std::string_view slot) const;
  void visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const;
  void release() { mask_.reset(); }

 private:
  // Panels for units [first, first + count), their index written, their values not.
  Gathered room(std::int64_t first, std::int64_t count, const torch::TensorOptions& options) const;

  SlotShape shape_;
  tracer::Name name_;
  kernels::PanelLayout layout_;
  torch::Tensor mask_;
};

}  // namespace actscope::core
