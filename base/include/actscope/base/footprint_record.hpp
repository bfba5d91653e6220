// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace actscope {

/// What one slot of one layer costs between forward and backward. Units: bytes.
struct SlotFootprint {
  std::string name;  ///< "x", "h", "pooled", …
  /// As the option has it: "keep", "bsr:16:0.8", "int4", …; empty: not told.
  std::string store;
  /// What plain autograd would have kept, from shapes; absent: no byte model knows this slot.
  std::optional<std::int64_t> dense_bytes;
  /// Byte model, values + index + scales, from shapes alone; absent: the same.
  std::optional<std::int64_t> predicted_bytes;
  /// Of the storages really held; absent: not run.
  std::optional<std::int64_t> stored_bytes;
  std::int64_t index_bytes = 0;  ///< the part of predicted_bytes that is index, mask or scales
  std::optional<double> kept_norm_ratio;  ///< ‖kept‖/‖all‖ (Frobenius) for pruned slots
};

/// The slots of one layer, in forward order.
struct LayerFootprint {
  std::string name;  ///< "stem", "blocks.0", "tail", "loss"
  std::vector<SlotFootprint> slots;
};

/// Sums over layers. Units: bytes, parameters in elements.
struct FootprintTotals {
  std::int64_t saved_bytes = 0;        ///< Σ predicted_bytes
  std::int64_t dense_saved_bytes = 0;  ///< Σ dense_bytes
  std::int64_t peak_bytes =
      0;  ///< estimate: parameters, gradients, optimizer, saved, largest transient
  std::int64_t parameters = 0;
};

/// The predicted footprint of a model under a scheme; nothing was allocated to get it.
struct FootprintRecord {
  std::string model;
  std::string scheme;
  std::string dtype;
  std::int64_t batch = 0;
  std::int64_t block_rows = 0;
  std::int64_t block_cols = 0;
  double sparsity_ratio = 0;
  std::vector<LayerFootprint> layers;
  FootprintTotals totals;
};

}  // namespace actscope
