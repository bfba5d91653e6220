// SPDX-License-Identifier: Apache-2.0
#include "gate/ledger_metrics.hpp"

#include <limits>
#include <map>
#include <set>

#include "actscope/base/check.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::reports {
namespace {

using Count = Measured<std::int64_t>;

Metric ledger_metric(std::string name, Wanted wanted, const Count& measured) {
  Metric metric{std::move(name), MetricClass::exact, wanted, {},
                measured.value,  measured.reason,    0,      false};
  if (measured.value) metric.value = static_cast<double>(*measured.value);
  return metric;
}

// A file may hold counts of any size: sums end at the largest number.
void add_at_most(std::int64_t& sum, std::int64_t count) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  sum = count > most - sum ? most : sum + count;
}

std::string layer_of(const LedgerHolder& holder) {
  return holder.layer.empty() ? no_layer : holder.layer;
}

std::string place_of(const LedgerHolder& holder) {
  std::string place = layer_of(holder);
  if (!holder.slot.empty()) place += "." + holder.slot;
  return place + "." + holder.node + "." + holder.member;
}

// By the name of the metric.
std::map<std::string, std::int64_t> places_of(const LedgerRecord& ledger) {
  std::map<std::string, std::int64_t> places;
  for (const LedgerStorage& storage : ledger.storages) {
    if (storage.holders.empty()) continue;
    const LedgerHolder& owner = storage.holders.front();
    add_at_most(places["ledger.layers." + layer_of(owner) + ".kept_bytes"], storage.kept_bytes());
    add_at_most(places["ledger.holders." + place_of(owner) + ".kept_bytes"], storage.kept_bytes());
    for (const LedgerHolder& holder : storage.holders) {
      ++places["ledger.holders." + place_of(holder) + ".references"];
    }
  }
  return places;
}

std::int64_t unread_nodes(const LedgerRecord& ledger) {
  std::int64_t nodes = 0;
  for (const LedgerNodeCount& unknown : ledger.unknown_nodes) add_at_most(nodes, unknown.count);
  return nodes;
}

}  // namespace

std::vector<Metric> ledger_totals(const RunRecord& record) {
  if (!record.ledger) return {};
  const LedgerRecord& ledger = *record.ledger;
  const LedgerTotals totals = totals_of(ledger);
  std::vector<Metric> metrics;
  const auto add = [&](const char* name, Wanted wanted, const Count& count) {
    metrics.push_back(ledger_metric(std::string("ledger.") + name, wanted, count));
  };
  add("kept_bytes", Wanted::fewer, Count::of(totals.kept_bytes));
  add("unused_bytes", Wanted::fewer, Count::of(totals.unused_bytes));
  add("residual_bytes", Wanted::small, ledger.residual_bytes);
  // What a caching allocator of a device holds besides is no finding.
  const bool is_on_cpu = core::is_known("device", record.config) && record.config.device == "cpu";
  if (!is_on_cpu) metrics.back().kind = MetricClass::timing;
  add("unknown_nodes", Wanted::lower_count, Count::of(unread_nodes(ledger)));
  std::int64_t unread = ledger.skipped.hooked;
  add_at_most(unread, ledger.skipped.opaque);
  add("unread_tensors", Wanted::lower_count, Count::of(unread));
  return metrics;
}

LedgerPlaces ledger_places(const RunRecord& baseline, const RunRecord& candidate) {
  ACTSCOPE_REQUIRES(baseline.ledger && candidate.ledger);
  const auto before = places_of(*baseline.ledger), after = places_of(*candidate.ledger);
  std::set<std::string> names;
  for (const auto& [name, count] : before) names.insert(name);
  for (const auto& [name, count] : after) names.insert(name);
  const auto metric = [](const std::map<std::string, std::int64_t>& places,
                         const std::string& name) {
    const auto place = places.find(name);
    return ledger_metric(name, name.ends_with(".references") ? Wanted::lower_count : Wanted::fewer,
                         Count::of(place == places.end() ? 0 : place->second));
  };
  LedgerPlaces places;
  for (const std::string& name : names) {
    places.baseline.push_back(metric(before, name));
    places.candidate.push_back(metric(after, name));
  }
  return places;
}

std::vector<std::string> ledger_differences(const RunRecord& baseline, const RunRecord& candidate) {
  std::vector<std::string> lines;
  if (baseline.model_kind != candidate.model_kind) {
    lines.push_back(std::string("model.kind: ") + name_of(baseline.model_kind) + " -> " +
                    name_of(candidate.model_kind));
  }
  for (const core::RunOption& option : core::run_options()) {
    const bool decides_bytes =
        option.role == core::FieldRole::compression ||
        (option.role == core::FieldRole::training && (option.uses & core::in_plans) != 0);
    if (!decides_bytes || core::is_equal(option, baseline.config, candidate.config)) continue;
    lines.push_back(std::string(option.field) + ": " + core::value_text(option, baseline.config) +
                    " -> " + core::value_text(option, candidate.config));
  }
  return lines;
}

}  // namespace actscope::reports
