// SPDX-License-Identifier: Apache-2.0
#include "scheme/stores/store_row.hpp"

#include <algorithm>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "scheme/block_grammar.hpp"

namespace actscope::core {
namespace {

constexpr const StoreRow* rows[] = {&keep_row,  &drop_row, &bsr_row,  &bsr_int2_row, &int8_row,
                                    &int4_row,  &int2_row, &bf16_row, &fp8_row,      &code4_row,
                                    &code2_row, &topk_row, &pool_row};
static_assert(std::size(rows) == static_cast<std::size_t>(StoreKind::pool) + 1);

}  // namespace

std::span<const StoreRow* const> store_rows() {
  return rows;
}

const StoreRow& row_of(StoreKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  if (index >= std::size(rows)) unreachable("a store of no known kind");
  return *rows[index];
}

const StoreRow* find_row(std::string_view name) noexcept {
  const auto found =
      std::ranges::find_if(rows, [&](const StoreRow* row) { return row->name == name; });
  return found == std::end(rows) ? nullptr : *found;
}

bool reads_nothing(const std::vector<std::string>& parts, StoreSpec&) {
  return parts.size() == 1;
}

std::string name_alone(const StoreSpec& store) {
  return std::string(row_of(store.kind).name);
}

StoreFault no_fault(const StoreSpec&) {
  return {};
}

const StoreTraits& traits_of(StoreKind kind) {
  return row_of(kind).traits;
}

const std::vector<std::string>& store_examples() {
  static const std::vector<std::string> examples = [] {
    std::vector<std::string> all;
    for (const StoreRow* row : rows) all.emplace_back(row->example);
    return all;
  }();
  return examples;
}

StoreSpec usual_store(StoreKind kind) {
  return parse_store(row_of(kind).example);
}

StoreSpec parse_store(std::string_view text) {
  const std::vector<std::string> parts = split_text(text, ':');
  const StoreRow* row = find_row(parts.front());
  StoreSpec store;
  if (row != nullptr) store.kind = row->kind;
  if (row == nullptr || !row->read(parts, store)) {
    std::string allowed;
    for (const StoreRow* one : rows) {
      allowed += (allowed.empty() ? "" : one == rows[std::size(rows) - 1] ? " or " : ", ");
      allowed += one->grammar;
    }
    throw ConfigError(
        error_text("not a store: '" + std::string(text) + "'", {}, "write " + allowed));
  }
  const StoreFault fault = row->fault(store);
  if (!fault.why.empty()) {
    throw ConfigError(
        error_text("not a store: '" + std::string(text) + "'", fault.why, fault.remedy));
  }
  return store;
}

std::string to_text(const StoreSpec& store) {
  return row_of(store.kind).write(store);
}

StoreBytes bytes_of(const StoreSpec& store, const SlotShape& shape, kernels::DType dtype) {
  return row_of(store.kind).bytes(store, shape, dtype);
}

}  // namespace actscope::core
