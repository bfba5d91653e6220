// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "actscope/base/check.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/kernels/bsr_panels.hpp"
#include "actscope/kernels/coded_blocks.hpp"
#include "actscope/kernels/elementwise.hpp"
#include "actscope/tracer/name.hpp"

namespace actscope::core {

/// What a store draws by, and what it carries from step to step.
struct StoreDraw {
  std::uint64_t seed = 0;  ///< of random selections and stochastic rounding
  torch::Tensor threshold =
      {};  ///< f64, one element: carried from step to step by Select::threshold
};

/// What every store, and every choice of blocks, is given.
struct StoreSettings {
  StoreSpec store;
  SlotShape shape;
  torch::TensorOptions options;  ///< dtype and device of the slot
  tracer::Name name;             ///< in traces
  StoreDraw draw;

  torch::Tensor empty_part(std::int64_t units) const {
    return torch::empty({units, shape.unit_elements()}, options);
  }
};

/// The panels of a run of units, with what keeps their memory where that is not the store's.
struct StoredPanels {
  kernels::ConstBsrPanels panels;
  kernels::PanelRange range;
  torch::Tensor values, column_starts;

  operator const kernels::ConstBsrPanels&() const noexcept { return panels; }
};

/// One way of keeping a slot; a file of this folder each. Parts are given cut at granules.
class Store {
 public:
  explicit Store(StoreSettings setting) : setting_(std::move(setting)) {}
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Units that a part must be a multiple of, the last excepted.
  virtual std::int64_t granule() const { return 1; }
  /// Whether it must be given all units at once, because what is kept of one depends on all.
  virtual bool wants_whole() const { return false; }

  virtual void put(std::int64_t first, const torch::Tensor& part) = 0;
  virtual torch::Tensor get(std::int64_t first, std::int64_t count) const = 0;

  /// Every tensor held, by name; some may be undefined.
  using Held = std::vector<std::pair<std::string_view, torch::Tensor*>>;
  virtual Held held() = 0;

  /// Where to compute a part so that put need not copy.
  virtual torch::Tensor room(std::int64_t, std::int64_t count) {
    return setting_.empty_part(count);
  }
  /// The panels of these units, where the store has panels.
  virtual StoredPanels panels(std::int64_t, std::int64_t) const {
    unreachable("a store without panels was asked for them");
  }
  /// The codes of the units from this one on, where the store codes values.
  virtual kernels::CodedMatrix codes(std::int64_t) const {
    unreachable("a store without codes was asked for them");
  }
  /// Where the GELU derivative codes of the units from `first` on go, where the store has such.
  virtual kernels::GeluCode gelu_code(std::int64_t) const {
    unreachable("a store without derivative codes was asked for them");
  }

 protected:
  StoreSettings setting_;
};

std::unique_ptr<Store> make_kept(StoreSettings setting);
std::unique_ptr<Store> make_dropped(StoreSettings setting);
std::unique_ptr<Store> make_coded(StoreSettings setting);
std::unique_ptr<Store> make_narrow(StoreSettings setting);
std::unique_ptr<Store> make_gelu_coded(StoreSettings setting);
std::unique_ptr<Store> make_top(StoreSettings setting);
std::unique_ptr<Store> make_pooled(StoreSettings setting);
std::unique_ptr<Store> make_pruned(StoreSettings setting);
std::unique_ptr<Store> make_pruned_and_coded(StoreSettings setting);
/// Makes the store that setting.store names.
std::unique_ptr<Store> make_store(StoreSettings setting);

}  // namespace actscope::core
