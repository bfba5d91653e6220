// SPDX-License-Identifier: Apache-2.0
#include "memory/ledger_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "actscope/base/units.hpp"
#include "memory/ledger_json.hpp"

namespace actscope::reports {
namespace {

// The holders after the first, each name once, the first two of them.
std::string sharers(const LedgerStorage& storage) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < storage.holders.size(); ++i) {
    const std::string name = name_of(storage.holders[i]);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  constexpr std::size_t shown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, names.size()); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

std::string notes(const LedgerStorage& storage) {
  std::vector<std::string> notes;
  if (storage.is_older) notes.emplace_back("older than the step");
  if (storage.is_at_peak == false) notes.emplace_back("gone at the peak");
  if (storage.is_output) notes.emplace_back("an output");
  const auto is_modified = [](const LedgerHolder& holder) {
    return holder.state == SavedState::modified;
  };
  if (std::ranges::any_of(storage.holders, is_modified)) notes.emplace_back("changed in place");
  if (storage.other_references > 0 && !storage.is_output) {
    notes.push_back(fmt::format("references from outside: {}", storage.other_references));
  }
  return fmt::format("{}", fmt::join(notes, ", "));
}

std::string bytes_or_dash(std::int64_t bytes) {
  return bytes == 0 ? "-" : format_bytes(bytes);
}

std::string coverage(const LedgerRecord& ledger) {
  if (ledger.known_nodes == ledger.nodes) {
    return fmt::format("The graph has {} nodes; all could be read.", format_count(ledger.nodes));
  }
  std::string names;
  for (const LedgerNodeCount& unknown : ledger.unknown_nodes) {
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", unknown.node, unknown.count);
  }
  return fmt::format("The graph has {} nodes, of which {} could be read ({:.1f} %); not {}.",
                     format_count(ledger.nodes), format_count(ledger.known_nodes),
                     100.0 * static_cast<double>(ledger.known_nodes) /
                         static_cast<double>(std::max<std::int64_t>(1, ledger.nodes)),
                     names);
}

std::string skipped(const LedgerSkipped& skipped) {
  std::string text = fmt::format("Not counted: {} references to parameters, buffers and the batch",
                                 format_count(skipped.excluded));
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) text += fmt::format(", {} {}", format_count(count), what);
  };
  add(skipped.released, "already released by backward");
  add(skipped.hooked, "packed by hooks");
  add(skipped.opaque, "without a storage that could be asked");
  return text + ".";
}

// Live bytes and what explains them.
void add_account(const LedgerRecord& ledger, const LedgerTotals& totals,
                 std::vector<std::string>& remarks) {
  if (!ledger.residual_bytes.value) {
    remarks.push_back("No account with the allocator: " + ledger.residual_bytes.reason + ".");
    return;
  }
  remarks.push_back(fmt::format(
      "Live after less before, in bytes: {} = {} kept + {} outputs + {} excluded - {} freed + {} "
      "residual.",
      format_count(ledger.live_bytes.value.value_or(0)), format_count(totals.kept_bytes),
      format_count(ledger.output_bytes.value.value_or(0)),
      format_count(ledger.excluded_bytes.value.value_or(0)),
      format_count(ledger.freed_bytes.value.value_or(0)),
      format_count(*ledger.residual_bytes.value)));
  for (const LedgerResidual& residual : ledger.residuals) {
    remarks.push_back(fmt::format(
        "Held by something that the graph does not know: {} in {} allocations of {} ({}).",
        format_bytes(residual.bytes), format_count(residual.allocations),
        residual.layer.empty() ? "no layer" : residual.layer, residual.phase));
  }
}

}  // namespace

TextTable ledger_table(const LedgerRecord& ledger, std::size_t rows) {
  std::vector<std::size_t> order(ledger.storages.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](std::size_t i) { return ledger.storages[i].storage_bytes; });
  TextTable table({"kept by", "layer", "slot", "sizes", "storage", "unused", "also by", "note"});
  LedgerRecord rest;
  for (std::size_t r = 0; r < order.size(); ++r) {
    const LedgerStorage& storage = ledger.storages[order[r]];
    if (r >= rows) {
      rest.storages.push_back(storage);
      continue;
    }
    const LedgerHolder& owner = storage.holders.front();
    table.add({name_of(owner), owner.layer, owner.slot, sizes_text(owner.sizes) + " " + owner.dtype,
               format_bytes(storage.storage_bytes), bytes_or_dash(storage.unused_bytes),
               sharers(storage), notes(storage)});
  }
  if (!rest.storages.empty()) {
    table.add({fmt::format("{} more", rest.storages.size()), "", "", "",
               format_bytes(totals_of(rest).storage_bytes), "", "", ""});
  }
  return table;
}

std::vector<std::string> ledger_remarks(const LedgerRecord& ledger) {
  const LedgerTotals totals = totals_of(ledger);
  std::vector<std::string> remarks;
  remarks.push_back(
      fmt::format("{} saved tensors of {} on {} storages of {}; {} of these no saved tensor reads.",
                  format_count(totals.references), format_bytes(totals.tensor_bytes),
                  format_count(totals.storages), format_bytes(totals.storage_bytes),
                  format_bytes(totals.unused_bytes)));
  remarks.push_back(coverage(ledger));
  remarks.push_back(skipped(ledger.skipped));
  add_account(ledger, totals, remarks);
  return remarks;
}

TextTable layer_table(const std::vector<LayerFootprint>& layers) {
  const auto stored = [](const SlotFootprint& slot) {
    return static_cast<double>(slot.stored_bytes.value_or(0));
  };
  const auto sum_of = [&](const LayerFootprint& layer) {
    double sum = 0;
    for (const SlotFootprint& slot : layer.slots) sum += stored(slot);
    return sum;
  };
  double all = 0;
  for (const LayerFootprint& layer : layers) all += sum_of(layer);
  TextTable table({"layer", "stored", "share", "slots", "largest slot"});
  for (const LayerFootprint& layer : layers) {
    if (layer.slots.empty()) continue;
    const auto largest = std::ranges::max_element(layer.slots, std::less(), stored);
    const double sum = sum_of(layer);
    table.add({layer.name, format_bytes(static_cast<std::int64_t>(std::min(sum, 9e18))),
               all > 0 ? fmt::format("{:.1f} %", 100 * sum / all) : "n/a",
               std::to_string(layer.slots.size()),
               largest->name + " " + format_bytes(largest->stored_bytes.value_or(0))});
  }
  return table;
}

}  // namespace actscope::reports
