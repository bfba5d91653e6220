// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/core/scheme/slot_norms.hpp"
#include "actscope/tracer/name.hpp"
#include "actscope/tracer/store_ledger.hpp"
#include "actscope/tracer/torch/saved_tensor_source.hpp"
#include "saving/block_choice.hpp"
#include "saving/stores/store.hpp"
#include "tensors/part_buffer.hpp"

namespace actscope::core {

/// One slot between forward and backward: written part by part in forward, read part by part (or
/// multiplied as panels) in backward. How it is kept is the matter of `stores/`.
class SavedSlot {
 public:
  /// `like` gives dtype and device, `name` stands in traces.
  /// Errors  ConfigError: pool over tokens that form no square
  SavedSlot(const StoreSpec& store, const SlotShape& shape, const torch::Tensor& like,
            tracer::Name name = {}, const StoreDraw& draw = {});

  StoreKind kind() const noexcept { return spec_.kind; }
  bool is_kept() const noexcept { return spec_.kind != StoreKind::drop; }
  bool is_coded() const noexcept { return traits_->is_coded; }
  bool has_panels() const noexcept { return traits_->has_panels; }
  bool is_gelu_code() const noexcept { return traits_->is_gelu_code; }
  /// Whether it gives back less than all values: what it leaves out can be measured.
  bool leaves_out() const noexcept {
    return traits_->kept == KeptValues::some || traits_->kept == KeptValues::means;
  }
  const SlotShape& shape() const noexcept { return shape_; }

  /// Adds the norms of what is put and of what comes of it to `norm`, where the store leaves
  /// something out (bsr, topk, pool). It outlives the forward pass.
  void measure(SlotNorm* norm);

  /// Units that a part must be a multiple of (the last part excepted), so that neither panels nor
  /// code groups are cut.
  std::int64_t granule() const { return store_->granule(); }

  /// Where to compute units [first, first + count) so that `put` need not copy: [count, unit], a
  /// part of the kept tensor where kind is keep, else memory of its own.
  torch::Tensor room(std::int64_t first, std::int64_t count) { return store_->room(first, count); }

  /// Stores units [first, first + part).
  /// `keep` of everything at once, or of a part computed in its `room`, holds the tensor itself, of
  /// any other part a copy. Where blocks are chosen among those of the whole slot, parts are
  /// gathered until it is there: as large a transient.
  /// Requires parts in order, cut at granules, contiguous
  void put(std::int64_t first, const torch::Tensor& part);

  /// Units [first, first + count), decoded, as [count, unit] of dtype (a view where kept). Any
  /// range will do; one cut at granules is decoded without a margin.
  /// Requires a store that has its values: neither drop nor a derivative code
  torch::Tensor get(std::int64_t first, std::int64_t count) const;

  /// The panels of a run of units cut at granules, and all panels, where the store has panels.
  StoredPanels panels(std::int64_t first, std::int64_t count) const {
    return store_->panels(first, count);
  }
  StoredPanels panels() const { return panels(0, shape_.units()); }

  /// The codes of the units from `first` on, where the store codes values.
  kernels::CodedMatrix codes(std::int64_t first) const { return store_->codes(first); }

  /// Where the derivative codes of the units from `first` on are.
  kernels::GeluCode gelu_code(std::int64_t first) const { return store_->gelu_code(first); }

  /// Registers every storage held.
  void record(tracer::StoreLedger* ledger, std::string_view layer, std::string_view slot) const;
  /// Calls `visit` for every tensor held, also for those that are not defined.
  void visit(const tracer::SavedTensorSource::Visit& visit, std::string_view slot) const;

  /// Lets go of the storages.
  void release();

  /// dtype and device of decoded parts.
  const torch::TensorOptions& options() const noexcept { return options_; }

 private:
  void put_now(std::int64_t first, const torch::Tensor& part);

  StoreSpec spec_;
  const StoreTraits* traits_ = nullptr;
  SlotShape shape_;
  torch::TensorOptions options_;
  std::unique_ptr<Store> store_;
  PartBuffer parts_;
  SlotNorm* norm_ = nullptr;
};

}  // namespace actscope::core
