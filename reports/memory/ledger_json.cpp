// SPDX-License-Identifier: Apache-2.0
#include "memory/ledger_json.hpp"

#include <charconv>

namespace actscope::reports {
namespace {

Json holder_json(const LedgerHolder& holder) {
  return {{"node", holder.node},
          {"member", holder.member},
          {"layer", holder.layer},
          {"slot", holder.slot},
          {"dtype", holder.dtype},
          {"sizes", sizes_text(holder.sizes)},
          {"tensor_bytes", integer_json(holder.tensor_bytes)},
          {"state", name_of(holder.state)}};
}

std::vector<std::int64_t> read_sizes(const JsonCursor& from) {
  const std::string text = from.text();
  std::vector<std::int64_t> sizes;
  if (text == "scalar") return sizes;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();; ++at) {
    std::int64_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 0) from.refuse("sizes as 4x16, or scalar");
    sizes.push_back(size);
    if (next == end) return sizes;
    if (*next != 'x') from.refuse("sizes as 4x16, or scalar");
    at = next;
  }
}

LedgerHolder read_holder(const JsonCursor& from) {
  LedgerHolder holder;
  holder.node = from.at("node").text();
  holder.member = from.at("member").text();
  holder.layer = from.at("layer").text();
  holder.slot = from.at("slot").text();
  holder.dtype = from.at("dtype").text();
  holder.sizes = read_sizes(from.at("sizes"));
  holder.tensor_bytes = from.at("tensor_bytes").count();
  const std::string state = from.at("state").text();
  if (state == name_of(SavedState::modified)) {
    holder.state = SavedState::modified;
  } else if (state != name_of(SavedState::held)) {
    from.at("state").refuse("held or modified");
  }
  return holder;
}

Json storage_json(const LedgerStorage& storage) {
  Json holders = Json::array();
  for (const LedgerHolder& holder : storage.holders) holders.push_back(holder_json(holder));
  return {{"is_at_peak", storage.is_at_peak ? Json(*storage.is_at_peak) : Json()},
          {"storage_bytes", integer_json(storage.storage_bytes)},
          {"allocator_bytes", integer_json(storage.allocator_bytes)},
          {"unused_bytes", integer_json(storage.unused_bytes)},
          {"other_references", integer_json(storage.other_references)},
          {"is_older", storage.is_older},
          {"is_output", storage.is_output},
          {"holders", std::move(holders)}};
}

LedgerStorage read_storage(const JsonCursor& from) {
  LedgerStorage storage;
  storage.storage_bytes = from.at("storage_bytes").count();
  storage.allocator_bytes = from.at("allocator_bytes").count();
  storage.unused_bytes = from.at("unused_bytes").count();
  storage.other_references = from.at("other_references").count();
  storage.is_older = from.at("is_older").boolean();
  storage.is_output = from.at("is_output").boolean();
  const JsonCursor at_peak = from.at("is_at_peak");
  if (!at_peak.is_null()) storage.is_at_peak = at_peak.boolean();
  for (const JsonCursor& holder : from.at("holders").items()) {
    storage.holders.push_back(read_holder(holder));
  }
  if (storage.holders.empty()) from.at("holders").refuse("at least one holder");
  return storage;
}

Json residuals_json(const std::vector<LedgerResidual>& residuals) {
  Json list = Json::array();
  for (const LedgerResidual& residual : residuals) {
    list.push_back({{"layer", residual.layer},
                    {"slot", residual.slot},
                    {"phase", residual.phase},
                    {"allocations", integer_json(residual.allocations)},
                    {"bytes", integer_json(residual.bytes)}});
  }
  return list;
}

Json totals_json(const LedgerTotals& totals) {
  return {{"storages", integer_json(totals.storages)},
          {"references", integer_json(totals.references)},
          {"tensor_bytes", integer_json(totals.tensor_bytes)},
          {"storage_bytes", integer_json(totals.storage_bytes)},
          {"allocator_bytes", integer_json(totals.allocator_bytes)},
          {"kept_bytes", integer_json(totals.kept_bytes)},
          {"unused_bytes", integer_json(totals.unused_bytes)}};
}

Json unknown_json(const std::vector<LedgerNodeCount>& nodes) {
  Json list = Json::array();
  for (const LedgerNodeCount& unknown : nodes) {
    list.push_back({{"node", unknown.node}, {"count", integer_json(unknown.count)}});
  }
  return list;
}

}  // namespace

std::string sizes_text(const std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return "scalar";
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

Json ledger_json(const std::optional<LedgerRecord>& ledger) {
  if (!ledger) return nullptr;
  Json storages = Json::array();
  for (const LedgerStorage& storage : ledger->storages) storages.push_back(storage_json(storage));
  Json object = {{"step", integer_json(ledger->step)},
                 {"nodes", integer_json(ledger->nodes)},
                 {"known_nodes", integer_json(ledger->known_nodes)},
                 {"unknown_nodes", unknown_json(ledger->unknown_nodes)},
                 {"skipped",
                  {{"excluded", integer_json(ledger->skipped.excluded)},
                   {"released", integer_json(ledger->skipped.released)},
                   {"hooked", integer_json(ledger->skipped.hooked)},
                   {"opaque", integer_json(ledger->skipped.opaque)}}},
                 {"totals", totals_json(totals_of(*ledger))},
                 {"residuals", residuals_json(ledger->residuals)},
                 {"storages", std::move(storages)}};
  set_measured(object, "live_bytes", ledger->live_bytes);
  set_measured(object, "output_bytes", ledger->output_bytes);
  set_measured(object, "excluded_bytes", ledger->excluded_bytes);
  set_measured(object, "freed_bytes", ledger->freed_bytes);
  set_measured(object, "residual_bytes", ledger->residual_bytes);
  return object;
}

std::optional<LedgerRecord> read_ledger(const JsonCursor& from) {
  if (from.is_null()) return std::nullopt;
  LedgerRecord ledger;
  ledger.step = from.at("step").count();
  ledger.nodes = from.at("nodes").count();
  ledger.known_nodes = from.at("known_nodes").count();
  for (const JsonCursor& unknown : from.at("unknown_nodes").items()) {
    ledger.unknown_nodes.push_back({unknown.at("node").text(), unknown.at("count").count()});
  }
  const JsonCursor skipped = from.at("skipped");
  ledger.skipped = {skipped.at("excluded").count(), skipped.at("released").count(),
                    skipped.at("hooked").count(), skipped.at("opaque").count()};
  if (from.has("totals")) from.at("totals").at("kept_bytes").count();  // summed anew from storages
  for (const JsonCursor& storage : from.at("storages").items()) {
    ledger.storages.push_back(read_storage(storage));
  }
  ledger.live_bytes = measured_integer(from, "live_bytes");
  ledger.output_bytes = measured_count(from, "output_bytes");
  ledger.excluded_bytes = measured_count(from, "excluded_bytes");
  ledger.freed_bytes = measured_integer(from, "freed_bytes");
  ledger.residual_bytes = measured_integer(from, "residual_bytes");
  for (const JsonCursor& row : from.at("residuals").items()) {
    ledger.residuals.push_back({row.at("layer").text(), row.at("slot").text(),
                                row.at("phase").text(), row.at("allocations").count(),
                                row.at("bytes").count()});
  }
  return ledger;
}

}  // namespace actscope::reports
