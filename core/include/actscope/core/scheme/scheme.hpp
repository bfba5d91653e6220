// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_config.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "actscope/kernels/block_spec.hpp"
#include "actscope/kernels/codec.hpp"

namespace actscope::core {

/// The tensors of a ResMLP block that its backward pass may read, in forward order:
///     y = α1⊙x + β1    t = A y + a    x1 = x + γ1⊙t
///     z = α2⊙x1 + β2   h = z W1ᵀ + b1   u = gelu(h)   v = u W2ᵀ + b2   x2 = x1 + γ2⊙v
enum class Slot { x, y, t, x1, z, h, u, v };
inline constexpr std::array<std::string_view, 8> slot_names{"x", "y", "t", "x1",
                                                            "z", "h", "u", "v"};
inline constexpr std::size_t slot_count = slot_names.size();

constexpr std::string_view name_of(Slot slot) noexcept {
  return slot_names[static_cast<std::size_t>(slot)];
}

/// How a slot is kept between forward and backward. Each has a row in core/scheme/stores.
enum class StoreKind {
  keep,      ///< the tensor
  drop,      ///< nothing: rebuilt from other slots
  bsr,       ///< kept blocks
  bsr_int2,  ///< kept blocks in full and the rest in 2 bits; a product reads the blocks alone
  int8,      ///< codes by group of 128 elements
  int4,
  int2,
  bf16,  ///< narrow floats
  fp8,
  code4,  ///< of h: the derivative of GELU in 4 bits, where u is stored
  code2,
  topk,  ///< the largest elements of every row and their places
  pool,  ///< means over squares of the token grid
};

/// How the values of kept blocks are written: as they are, or narrower.
enum class BlockValues { full, bf16, int8, int4 };

struct StoreSpec {
  StoreKind kind = StoreKind::keep;
  kernels::BlockSpec blocks = {};                         ///< read where kind is bsr or bsr_int2
  BlockValues values = BlockValues::full;                 ///< of bsr and bsr_int2
  kernels::RoundTo rounding = kernels::RoundTo::nearest;  ///< of int8, int4 and int2
  double sparsity_ratio = 0.9;  ///< of topk: the share of elements dropped, in [0, 1)
  std::int64_t pool_side = 2;   ///< of pool: tokens of a square, along each side

  friend bool operator==(const StoreSpec&, const StoreSpec&) = default;
};

/// Which values of a tensor a store gives back.
enum class KeptValues {
  all,     ///< each, as it was or rounded
  some,    ///< some, and zero for the others
  means,   ///< means of several, which only the whole image gives
  nothing  ///< none
};

struct StoreTraits {
  KeptValues kept = KeptValues::all;
  bool has_panels = false;    ///< panels of kept blocks, which a product reads as they are
  bool is_coded = false;      ///< codes by group, which a product reads as they are
  bool is_gelu_code = false;  ///< the derivative of GELU, of h alone
  bool has_sparsity = false;  ///< it follows the schedule of sparsity
};
const StoreTraits& traits_of(StoreKind kind);

/// Whether the store has panels of kept blocks, which a product reads as they are.
inline bool has_panels(StoreKind kind) {
  return traits_of(kind).has_panels;
}
inline bool is_gelu_code(StoreKind kind) {
  return traits_of(kind).is_gelu_code;
}

/// The weight gradients of a block that are matrix products with a slot.
enum class Product { dA, dW1, dW2 };
inline constexpr std::array<std::string_view, 3> product_names{"dA", "dW1", "dW2"};
inline constexpr std::size_t product_count = product_names.size();

constexpr std::string_view name_of(Product product) noexcept {
  return product_names[static_cast<std::size_t>(product)];
}

/// What a product multiplies: the whole decoded slot, or only its kept blocks (chosen in forward).
enum class OperandKind { full, bsr };

struct Operand {
  OperandKind kind = OperandKind::full;
  kernels::BlockSpec blocks = {};  ///< read where kind is bsr
  friend bool operator==(const Operand&, const Operand&) = default;
};

/// Whether an operand asks for other blocks than those that its slot is stored as.
inline bool prunes_anew(const StoreSpec& store, const Operand& operand) {
  return operand.kind == OperandKind::bsr && has_panels(store.kind) &&
         store.blocks != operand.blocks;
}

/// How one block keeps its slots. With `plain_autograd` LibTorch's own autograd decides and
/// stores and operands are not read.
struct BlockPlan {
  bool plain_autograd = false;
  std::array<StoreSpec, slot_count> stores;
  std::array<Operand, product_count> operands;

  const StoreSpec& store(Slot slot) const { return stores[static_cast<std::size_t>(slot)]; }
  StoreSpec& store(Slot slot) { return stores[static_cast<std::size_t>(slot)]; }
  const Operand& operand(Product p) const { return operands[static_cast<std::size_t>(p)]; }
  Operand& operand(Product p) { return operands[static_cast<std::size_t>(p)]; }
};

/// One plan a block of the model.
struct Scheme {
  std::string name;
  std::vector<BlockPlan> blocks;

  bool is_plain_autograd() const;
};

/// Reads the text of a store: "keep", "int4", "int8:stochastic", "bsr:8x64:0.8:panel:int8",
/// "bsr+int2:16:0.8", "topk:0.9", "pool:2"; docs/reference/schemes.md has the whole grammar.
/// Errors  ConfigError: not of the grammar;
///         UnsupportedBlockSize, ConfigError: as BlockSpec::validate
StoreSpec parse_store(std::string_view text);
std::string to_text(const StoreSpec& store);

/// A store of each kind as one writes it, in the order of StoreKind: "keep", "bsr:16:0.8".
const std::vector<std::string>& store_examples();
/// The store of a kind that its example names.
StoreSpec usual_store(StoreKind kind);

/// "full", "bsr:16:0.8", "bsr:16:0.8:row", "bsr:16:0.8:unbiased".
/// Errors: as parse_store
Operand parse_operand(std::string_view text);
std::string to_text(const Operand& operand);

/// "panel", "row", …: the ways of selecting blocks.
const std::vector<std::string>& selection_names();

/// Reads "panel" or "row:unbiased" into select and rescale of `blocks`. Errors: as parse_store
void parse_select(std::string_view text, kernels::BlockSpec& blocks);

/// The scheme of a configuration: the preset with its block and sparsity, then the slot and operand
/// overrides in order. PATTERN is layer and slot (or product) with `*`, as "blocks.*.h".
///
/// Errors  ConfigError: unknown preset, slot or product, a pattern that matches nothing, a plan
///         with a slot that nothing can rebuild or a derivative code without its u, overrides on
///         `dense`; UnsupportedBlockSize: a block larger than the tensor it cuts
Scheme make_scheme(const RunConfig& config, const ResMlpGeometry& geometry);

}  // namespace actscope::core
