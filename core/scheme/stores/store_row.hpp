// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/core/scheme/scheme.hpp"
#include "actscope/core/scheme/slot_layout.hpp"
#include "actscope/core/scheme/store_bytes.hpp"
#include "actscope/kernels/dtype.hpp"

namespace actscope::core {

/// Why a store that follows the grammar is refused. Empty: it is not.
struct StoreFault {
  std::string why, remedy;
};

/// Everything there is to know of one kind of store without a tensor. What it holds of tensors is
/// made in core/saving/stores.
struct StoreRow {
  StoreKind kind;
  std::string_view name;     ///< the text before the first colon
  std::string_view grammar;  ///< as errors show it
  const char* example;       ///< as help texts show it
  StoreTraits traits;
  /// Reads what stands behind the name. Returns whether that follows the grammar.
  bool (*read)(const std::vector<std::string>& parts, StoreSpec&);
  std::string (*write)(const StoreSpec&);
  StoreFault (*fault)(const StoreSpec&);
  StoreBytes (*bytes)(const StoreSpec&, const SlotShape&, kernels::DType);
};

/// One for each kind, in the files of this folder.
extern const StoreRow keep_row, drop_row, bsr_row, bsr_int2_row, int8_row, int4_row, int2_row,
    bf16_row, fp8_row, code4_row, code2_row, topk_row, pool_row;

/// All of them, in the order of StoreKind.
std::span<const StoreRow* const> store_rows();
const StoreRow& row_of(StoreKind kind);
/// Null where no store has that name.
const StoreRow* find_row(std::string_view name) noexcept;

/// `read` and `write` of stores that take nothing behind their name, and `fault` of those that
/// refuse nothing.
bool reads_nothing(const std::vector<std::string>& parts, StoreSpec& store);
std::string name_alone(const StoreSpec& store);
StoreFault no_fault(const StoreSpec& store);

/// The row of a store that takes nothing behind its name.
constexpr StoreRow plain_row(StoreKind kind, const char* name, const StoreTraits& traits,
                             StoreBytes (*bytes)(const StoreSpec&, const SlotShape&,
                                                 kernels::DType)) {
  return {.kind = kind,
          .name = name,
          .grammar = name,
          .example = name,
          .traits = traits,
          .read = reads_nothing,
          .write = name_alone,
          .fault = no_fault,
          .bytes = bytes};
}

/// Bytes of codes, with the scales of their groups.
StoreBytes code_store_bytes(kernels::CodeBits bits, const SlotShape& shape);

/// The bits of int8, int4, int2, code4 and code2.
kernels::CodeBits code_bits(StoreKind kind);

}  // namespace actscope::core
