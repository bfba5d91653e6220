// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/footprint_record.hpp"
#include "actscope/base/measured.hpp"

namespace actscope {

/// How a saved tensor stands when the graph is read.
enum class SavedState : std::uint8_t {
  held,      ///< as it was saved
  modified,  ///< an in-place operation changed it since: backward will refuse it, its bytes are
             ///< held
};

/// "held", "modified".
const char* name_of(SavedState state);

/// One tensor that one node of the autograd graph keeps for backward.
struct LedgerHolder {
  std::string node;    ///< type of the node: "AddmmBackward0", or a custom function's own name
  std::string member;  ///< what the node calls it: "mat1", "saved[0]"
  std::string layer;   ///< where the node was made; empty: no scope was open
  std::string slot;    ///< the same
  std::string dtype;   ///< LibTorch's name: "float"
  std::vector<std::int64_t> sizes;
  std::int64_t tensor_bytes = 0;  ///< elements times element size, of the tensor alone
  SavedState state = SavedState::held;
};

/// One storage kept for backward, with everything in the graph that keeps it. Units: bytes.
struct LedgerStorage {
  std::vector<LedgerHolder> holders;  ///< in the order of forward; the first owns, the others share
  std::int64_t storage_bytes = 0;     ///< the whole storage, also where only views of it are saved
  std::int64_t allocator_bytes = 0;   ///< what the allocator gave for it; 0: not its memory
  std::int64_t unused_bytes = 0;      ///< part that no saved tensor reads: pinned by views
  std::int64_t other_references = 0;  ///< from outside the graph: variables of the program, views
  bool is_older = false;              ///< allocated before the count began
  bool is_output = false;             ///< also the loss or an output
  std::optional<bool> is_at_peak;     ///< live at the peak of the step; absent: not recorded

  /// Bytes that this storage adds to what the step keeps; 0 where it is older.
  std::int64_t kept_bytes() const { return is_older ? 0 : allocator_bytes; }
};

/// Nodes of one type.
struct LedgerNodeCount {
  std::string node;
  std::int64_t count = 0;
};

/// Memory that is live and that neither the graph nor the outputs explain, by where it was taken.
struct LedgerResidual {
  std::string layer;
  std::string slot;
  std::string phase;
  std::int64_t allocations = 0;
  std::int64_t bytes = 0;
};

/// Saved tensors that the ledger leaves out, or whose bytes it could not read.
struct LedgerSkipped {
  std::int64_t excluded = 0;  ///< parameters, buffers, the batch
  std::int64_t released = 0;  ///< backward has been over them
  std::int64_t hooked = 0;    ///< packed by hooks of the program; unpacking would run them
  std::int64_t opaque = 0;    ///< tensors without a storage
};

/// What one forward pass keeps for backward, read from the autograd graph, against the allocator.
struct LedgerRecord {
  std::int64_t step = 0;
  std::int64_t nodes = 0;        ///< of the graph
  std::int64_t known_nodes = 0;  ///< those whose saved tensors could be read
  std::vector<LedgerNodeCount> unknown_nodes;
  LedgerSkipped skipped;
  std::vector<LedgerStorage> storages;  ///< in the order of forward

  Measured<std::int64_t> live_bytes;      ///< of the allocator, after − before
  Measured<std::int64_t> output_bytes;    ///< loss and outputs, where the graph does not keep them
  Measured<std::int64_t> excluded_bytes;  ///< of excluded tensors that were made meanwhile
  Measured<std::int64_t> freed_bytes;     ///< older memory that was given back meanwhile
  /// live_bytes + freed_bytes − output_bytes − excluded_bytes − Σ kept_bytes
  Measured<std::int64_t> residual_bytes;
  std::vector<LedgerResidual> residuals;  ///< where residual_bytes was taken, largest first
};

/// Sums over the storages of a ledger. Units: bytes.
struct LedgerTotals {
  std::int64_t storages = 0;
  std::int64_t references = 0;       ///< saved tensors on them
  std::int64_t tensor_bytes = 0;     ///< each saved tensor by itself
  std::int64_t storage_bytes = 0;    ///< each storage once
  std::int64_t allocator_bytes = 0;  ///< the same, as allocated
  std::int64_t kept_bytes = 0;       ///< without older storages
  std::int64_t unused_bytes = 0;
};

/// Requires no negative bytes. Sums end at 2^63 − 1.
LedgerTotals totals_of(const LedgerRecord& record);

/// "Addmm.mat1" of AddmmBackward0, "Custom.saved[0]" of a function of somebody's own.
std::string name_of(const LedgerHolder& holder);

/// What stands for the layer of a node that was made outside every scope.
inline constexpr const char* no_layer = "(no layer)";

/// What a ledger keeps, by layer and slot in the order of forward: every storage once, where its
/// first holder was made. A slot without a name is called after its holder, a layer without one
/// `no_layer`. No byte model knows them: only `stored_bytes` is there, by the allocator or, where
/// the ledger was read without one, of the storages.
std::vector<LayerFootprint> layers_of(const LedgerRecord& record);

}  // namespace actscope
