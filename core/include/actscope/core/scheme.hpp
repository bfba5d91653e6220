// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_config.hpp"
#include "actscope/core/resmlp_geometry.hpp"
#include "actscope/kernels/block_spec.hpp"

namespace actscope::core {

/// The tensors of a ResMLP block that its backward pass may read, in forward order:
///     y = α1⊙x + β1    t = A y + a    x1 = x + γ1⊙t
///     z = α2⊙x1 + β2   h = z W1ᵀ + b1   u = gelu(h)   v = u W2ᵀ + b2   x2 = x1 + γ2⊙v
enum class Slot { x, y, t, x1, z, h, u, v };
inline constexpr std::size_t slot_count = 8;

std::string_view name_of(Slot slot) noexcept;

/// How a slot is kept between forward and backward.
enum class StoreKind { keep, drop, bsr, int8, int4 };

struct Store {
  StoreKind kind = StoreKind::keep;
  kernels::BlockSpec blocks;  ///< read where kind is bsr
  friend bool operator==(const Store&, const Store&) = default;
};

/// The weight gradients of a block that are matrix products with a slot.
enum class Product { dA, dW1, dW2 };
inline constexpr std::size_t product_count = 3;

std::string_view name_of(Product product) noexcept;

/// What a product multiplies: the whole decoded slot, or only its kept blocks (chosen in forward).
enum class OperandKind { full, bsr };

struct Operand {
  OperandKind kind = OperandKind::full;
  kernels::BlockSpec blocks;  ///< read where kind is bsr
  friend bool operator==(const Operand&, const Operand&) = default;
};

/// How one block keeps its slots. With `plain_autograd` LibTorch's own autograd decides and
/// stores and operands are not read.
struct BlockPlan {
  bool plain_autograd = false;
  std::array<Store, slot_count> stores;
  std::array<Operand, product_count> operands;

  const Store& store(Slot slot) const { return stores[static_cast<std::size_t>(slot)]; }
  Store& store(Slot slot) { return stores[static_cast<std::size_t>(slot)]; }
  const Operand& operand(Product p) const { return operands[static_cast<std::size_t>(p)]; }
  Operand& operand(Product p) { return operands[static_cast<std::size_t>(p)]; }
};

/// One plan a block of the model.
struct Scheme {
  std::string name;
  std::vector<BlockPlan> blocks;

  bool is_plain_autograd() const;
};

/// dense, linear-bsr, exact, exact-bsr, int8, int4, int4-bsr, checkpoint.
const std::vector<std::string>& scheme_presets();

/// Grammar of the contract: "keep", "drop", "int8", "int4", "bsr:16:0.8", "bsr:8x64:0.8:panel".
/// Errors  ConfigError: not of the grammar; UnsupportedBlockSize, ConfigError: as
/// BlockSpec::validate
Store parse_store(std::string_view text);
std::string to_text(const Store& store);

/// "full", "bsr:16:0.8", "bsr:16:0.8:panel". Errors: as parse_store
Operand parse_operand(std::string_view text);
std::string to_text(const Operand& operand);

/// The scheme of a configuration: the preset with its block and sparsity, then the slot and operand
/// overrides in order. PATTERN is layer and slot (or product) with `*`, as "blocks.*.h".
///
/// Errors  ConfigError: unknown preset, slot or product, a pattern that matches nothing, a plan
/// with
///         a slot that nothing can rebuild, overrides on `dense`; UnsupportedBlockSize: a block
///         larger than the tensor it cuts
Scheme make_scheme(const RunConfig& config, const ResMlpGeometry& geometry);

}  // namespace actscope::core
