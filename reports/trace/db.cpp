// SPDX-License-Identifier: Apache-2.0
#include "trace/db.hpp"

#include <optional>
#include <string>

#include "memory/ledger_json.hpp"
#include "trace/db_tables.hpp"

namespace actscope::reports {
namespace {

std::int64_t number_of(Phase phase) {
  return static_cast<std::int64_t>(phase);
}

}  // namespace

// The tables have to be there before the inserts are prepared.
TraceDb::TraceDb(const std::filesystem::path& file, const TraceMeta& meta)
    : file_([&] {
        SqliteFile made(file);
        made.execute("PRAGMA page_size = 2048; PRAGMA application_id = " +
                     std::to_string(trace_application_id) + "; PRAGMA user_version = " +
                     std::to_string(trace_schema_version) + ";" + trace_db_tables);
        return made;
      }()),
      meta_(file_, "meta", 2),
      name_(file_, "name", 2),
      layer_(file_, "layer", 2),
      step_(file_, "step", 3),
      memory_live_(file_, "memory_live", 2),
      place_(file_, "place", 8),
      scope_(file_, "scope", 4),
      block_(file_, "block", 4),
      memory_(file_, "memory", 4),
      kernel_(file_, "kernel", 12),
      counter_(file_, "counter", 5),
      ledger_(file_, "ledger", 5),
      saved_storage_(file_, "saved_storage", 8),
      saved_tensor_(file_, "saved_tensor", 10),
      loss_(file_, "loss", 2) {
  file_.execute("BEGIN");
  for (const auto& [key, value] : meta) meta_.row(key, value);
  SqliteInsert phase(file_, "phase", 2);
  for (const Phase p : {Phase::other, Phase::forward, Phase::backward, Phase::optimizer}) {
    phase.row(number_of(p), name_of(p));
  }
  SqliteInsert scope_kind(file_, "scope_kind", 2);
  for (const ScopeKind k : {ScopeKind::step, ScopeKind::phase, ScopeKind::layer, ScopeKind::op}) {
    scope_kind.row(static_cast<std::int64_t>(k), name_of(k));
  }
  SqliteInsert kernel_kind(file_, "kernel_kind", 2);
  for (const KernelKind k : {KernelKind::kernel, KernelKind::copy, KernelKind::set}) {
    kernel_kind.row(static_cast<std::int64_t>(k), name_of(k));
  }
  SqliteInsert memory_life(file_, "memory_life", 2);
  for (const MemoryLife l : {MemoryLife::whole, MemoryLife::logical, MemoryLife::physical}) {
    memory_life.row(static_cast<std::int64_t>(l), name_of(l));
  }
  SqliteInsert counter_unit(file_, "counter_unit", 2);
  for (const CounterUnit u : {CounterUnit::bytes, CounterUnit::events}) {
    counter_unit.row(static_cast<std::int64_t>(u), name_of(u));
  }
  file_.execute("COMMIT");
}

void TraceDb::write(const TraceBatch& batch) {
  file_.execute("BEGIN");
  try {
    write_names(batch);
    write_scopes(batch);
    write_memory(batch);
    for (SqliteNumberRows* rows : number_rows()) rows->flush();
    write_kernels(batch);
    for (const CounterEvent& c : batch.counters) {
      const bool is_of_thread = c.unit == CounterUnit::events;
      counter_.row(c.time_ns, std::int64_t{c.name}, c.value, static_cast<std::int64_t>(c.unit),
                   is_of_thread ? std::optional<std::int64_t>(c.thread) : std::nullopt);
    }
    for (const LedgerEvent& e : batch.ledger) {
      write_layer(e.layer);
      ledger_.row(std::int64_t{e.step}, std::int64_t{e.layer}, std::int64_t{e.slot}, e.stored_bytes,
                  e.shared_bytes);
    }
    for (const LedgerRecord& ledger : batch.graphs) write_graph(ledger);
    file_.execute("COMMIT");
  } catch (...) {
    for (SqliteNumberRows* rows : number_rows()) rows->forget();
    try {
      file_.execute("ROLLBACK");
    } catch (...) {  // the first error is the one to tell
    }
    throw;
  }
}

void TraceDb::write_names(const TraceBatch& batch) {
  for (const std::string& name : batch.new_names) {
    name_.row(static_cast<std::int64_t>(names_.size()), name);
    numbers_.try_emplace(name, static_cast<std::int64_t>(names_.size()));
    names_.push_back(name);
  }
}

void TraceDb::write_layer(NameNumber layer) {
  if (layer >= names_.size() || !layers_.insert(layer).second) return;
  layer_.row(std::int64_t{layer}, names_[layer]);
}

// The number of a place. Its row is written when the first record of the place comes; the times of
// its records count from that one's.
std::int64_t TraceDb::place_of(const TracePlace& at, std::uint16_t thread, PlaceKind kind,
                               std::int64_t time_ns, std::int64_t& begin_ns) {
  const auto [number, is_new] = places_.number_of({at, thread, kind}, time_ns, begin_ns);
  if (!is_new) return number;
  write_layer(at.layer);
  const auto scope_kind = kind == memory_kind
                              ? std::nullopt
                              : std::optional<std::int64_t>(static_cast<std::int64_t>(kind));
  place_.row(number, begin_ns, std::int64_t{at.step}, std::int64_t{at.layer}, std::int64_t{at.slot},
             number_of(at.phase), std::int64_t{thread}, scope_kind);
  return number;
}

void TraceDb::write_scopes(const TraceBatch& batch) {
  for (const ScopeEvent& s : batch.scopes) {
    const std::int64_t duration = s.end_ns - s.begin_ns;
    if (s.kind == ScopeKind::step) step_.row(std::int64_t{s.step}, s.begin_ns, duration);
    std::int64_t begin_ns = 0;
    const std::int64_t place =
        place_of(s.place(), s.thread, static_cast<PlaceKind>(s.kind), s.begin_ns, begin_ns);
    scope_.row(s.begin_ns - begin_ns, duration, std::int64_t{s.name}, place);
  }
}

void TraceDb::write_memory(const TraceBatch& batch) {
  for (const MemoryEvent& m : batch.memory) {
    const std::int64_t bytes = m.bytes < 0 ? -m.bytes : m.bytes;
    const auto [block, is_new] = blocks_.number_of({m.address, bytes, m.device});
    if (is_new) {
      block_.row(block, static_cast<std::int64_t>(m.address), bytes,
                 m.device == host_memory ? std::nullopt : std::optional<std::int64_t>(m.device));
    }
    std::int64_t begin_ns = 0;
    const std::int64_t place = place_of(m.place, m.thread, memory_kind, m.time_ns, begin_ns);
    const std::int64_t change = (static_cast<std::int64_t>(m.life) << 1) | (m.bytes < 0 ? 1 : 0);
    memory_.row(m.time_ns - begin_ns, block, place, change);
    ++memory_rows_;
    if (!blocks_.is_as_expected(m)) memory_live_.row(memory_rows_, m.live_bytes);
  }
}

void TraceDb::write_kernels(const TraceBatch& batch) {
  for (const KernelEvent& k : batch.kernels) {
    write_layer(k.place.layer);
    kernel_.row(k.begin_ns, k.end_ns - k.begin_ns, static_cast<std::int64_t>(k.kind), k.name,
                std::int64_t{k.device}, std::int64_t{k.stream},
                static_cast<std::int64_t>(k.correlation), k.bytes, std::int64_t{k.place.layer},
                std::int64_t{k.place.slot}, number_of(k.place.phase), std::int64_t{k.place.step});
  }
}

// The number of a name; 0, no name, where the trace has not got it.
std::int64_t TraceDb::number_of_name(const std::string& name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? 0 : found->second;
}

void TraceDb::write_graph(const LedgerRecord& ledger) {
  for (std::size_t i = 0; i < ledger.storages.size(); ++i) {
    const LedgerStorage& storage = ledger.storages[i];
    const auto number = static_cast<std::int64_t>(i);
    saved_storage_.row(ledger.step, number, storage.storage_bytes, storage.allocator_bytes,
                       storage.unused_bytes, storage.other_references,
                       std::int64_t{storage.is_older}, std::int64_t{storage.is_output});
    for (const LedgerHolder& holder : storage.holders) {
      const std::int64_t layer = number_of_name(holder.layer);
      write_layer(static_cast<NameNumber>(layer));
      saved_tensor_.row(ledger.step, number, layer, number_of_name(holder.slot), holder.node,
                        holder.member, holder.dtype, sizes_text(holder.sizes), holder.tensor_bytes,
                        name_of(holder.state));
    }
  }
}

void TraceDb::note_failure(const std::string& why) {
  meta_.row("failure", why);
}

// Back to one file: the journal beside it goes.
void TraceDb::finish(const TraceRecord& losses) {
  file_.execute("BEGIN");
  loss_.row("dropped_records", losses.dropped_records);
  loss_.row("untimed_records", losses.untimed_records);
  loss_.row("clock_anomalies", losses.clock_anomalies);
  meta_.row("unplaced_kernels", std::to_string(losses.unplaced_kernels));
  meta_.row("overhead_ns", std::to_string(losses.overhead_ns));
  meta_.row("driver_allocations", std::to_string(losses.driver_allocations));
  meta_.row("driver_allocated_bytes", std::to_string(losses.driver_allocated_bytes));
  meta_.row("traced_steps", std::to_string(losses.traced_steps));
  meta_.row("kernels_source", losses.kernels_source);
  meta_.row("kernels_reason", losses.kernels_reason);
  meta_.row("counters_source", losses.counters_source);
  meta_.row("counters_reason", losses.counters_reason);
  meta_.row("scaled_operators", std::to_string(losses.scaled_operators));
  meta_.row("uncounted_operators", std::to_string(losses.uncounted_operators));
  file_.execute("COMMIT");
  file_.execute("PRAGMA journal_mode = DELETE");
}

}  // namespace actscope::reports
