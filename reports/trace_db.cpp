// SPDX-License-Identifier: Apache-2.0
#include "trace_db.hpp"

#include <string>

#include "ledger_json.hpp"

namespace actscope::reports {
namespace {

// Numbers in the tables, words in the views. Times are nanoseconds of one monotonic clock.
const char* const tables = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE name (name INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE phase (phase INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE scope_kind (kind INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE kernel_kind (kind INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE layer (layer INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE step (step INTEGER PRIMARY KEY, begin_ns INTEGER, duration_ns INTEGER);
CREATE TABLE scope (begin_ns INTEGER, duration_ns INTEGER, kind INTEGER, name INTEGER,
                    layer INTEGER, slot INTEGER, phase INTEGER, step INTEGER, thread INTEGER);
CREATE TABLE memory (time_ns INTEGER, address INTEGER, bytes INTEGER, live_bytes INTEGER,
                     layer INTEGER, slot INTEGER, phase INTEGER, step INTEGER, thread INTEGER,
                     device INTEGER, life INTEGER);
CREATE TABLE memory_life (life INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE kernel (begin_ns INTEGER, duration_ns INTEGER, kind INTEGER, name TEXT,
                     device INTEGER, stream INTEGER, correlation INTEGER, bytes INTEGER,
                     layer INTEGER, slot INTEGER, phase INTEGER, step INTEGER);
CREATE TABLE counter (time_ns INTEGER, name INTEGER, value INTEGER);
CREATE TABLE ledger (step INTEGER, layer INTEGER, slot INTEGER, stored_bytes INTEGER,
                     shared_bytes INTEGER);
CREATE TABLE saved_storage (step INTEGER, storage INTEGER, storage_bytes INTEGER,
                            allocator_bytes INTEGER, unused_bytes INTEGER,
                            other_references INTEGER, is_older INTEGER, is_output INTEGER);
CREATE TABLE saved_tensor (step INTEGER, storage INTEGER, layer INTEGER, slot INTEGER, node TEXT,
                           member TEXT, dtype TEXT, sizes TEXT, tensor_bytes INTEGER,
                           state TEXT);
CREATE TABLE loss (name TEXT PRIMARY KEY, count INTEGER);
CREATE VIEW operator_time AS
  SELECT name.text AS operator, layer.name AS layer, slot.text AS slot, phase.text AS phase,
         count(*) AS calls, sum(duration_ns) AS total_ns
  FROM scope JOIN name USING (name) LEFT JOIN layer ON layer.layer = scope.layer
       LEFT JOIN name AS slot ON slot.name = scope.slot JOIN phase USING (phase)
  WHERE kind = 3 GROUP BY scope.name, scope.layer, scope.slot, scope.phase
  ORDER BY total_ns DESC;
CREATE VIEW holder AS
  SELECT saved_tensor.step, saved_tensor.storage, layer.name AS layer, slot.text AS slot, node,
         member, dtype, sizes, tensor_bytes, storage_bytes, unused_bytes, state
  FROM saved_tensor JOIN saved_storage USING (step, storage)
       LEFT JOIN layer ON layer.layer = saved_tensor.layer
       LEFT JOIN name AS slot ON slot.name = saved_tensor.slot
  ORDER BY saved_tensor.step, storage_bytes DESC, saved_tensor.storage;
CREATE VIEW peak AS
  SELECT device, time_ns, address, bytes, live_bytes, highest.layer, slot, highest.phase, step,
         thread, layer.name AS layer_name, phase.text AS phase_name
  FROM (SELECT *, row_number() OVER (PARTITION BY device ORDER BY live_bytes DESC, time_ns)
               AS place FROM memory) AS highest
       LEFT JOIN layer USING (layer) JOIN phase USING (phase)
  WHERE place = 1 ORDER BY device;
)sql";

std::int64_t number(Phase phase) {
  return static_cast<std::int64_t>(phase);
}

}  // namespace

// The tables have to be there before the inserts are prepared.
TraceDb::TraceDb(const std::filesystem::path& file, const TraceMeta& meta)
    : file_([&] {
        SqliteFile made(file);
        made.execute("PRAGMA application_id = " + std::to_string(trace_application_id) +
                     "; PRAGMA user_version = " + std::to_string(trace_schema_version) + ";" +
                     tables);
        return made;
      }()),
      meta_(file_, "meta", 2),
      name_(file_, "name", 2),
      layer_(file_, "layer", 2),
      step_(file_, "step", 3),
      scope_(file_, "scope", 9),
      memory_(file_, "memory", 11),
      kernel_(file_, "kernel", 12),
      counter_(file_, "counter", 3),
      ledger_(file_, "ledger", 5),
      saved_storage_(file_, "saved_storage", 8),
      saved_tensor_(file_, "saved_tensor", 10),
      loss_(file_, "loss", 2) {
  file_.execute("BEGIN");
  for (const auto& [key, value] : meta) meta_.row(key, value);
  SqliteInsert phase(file_, "phase", 2);
  for (const Phase p : {Phase::other, Phase::forward, Phase::backward, Phase::optimizer}) {
    phase.row(number(p), name_of(p));
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
  file_.execute("COMMIT");
}

void TraceDb::write(const TraceBatch& batch) {
  file_.execute("BEGIN");
  try {
    write_names(batch);
    write_scopes(batch);
    write_memory(batch);
    write_kernels(batch);
    for (const CounterEvent& c : batch.counters) {
      counter_.row(c.time_ns, std::int64_t{c.name}, c.value);
    }
    for (const LedgerEvent& e : batch.ledger) {
      write_layer(e.layer);
      ledger_.row(std::int64_t{e.step}, std::int64_t{e.layer}, std::int64_t{e.slot}, e.stored_bytes,
                  e.shared_bytes);
    }
    for (const LedgerRecord& ledger : batch.graphs) write_graph(ledger);
    file_.execute("COMMIT");
  } catch (...) {
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

void TraceDb::write_scopes(const TraceBatch& batch) {
  for (const ScopeEvent& s : batch.scopes) {
    const std::int64_t duration = s.end_ns - s.begin_ns;
    write_layer(s.layer);
    if (s.kind == ScopeKind::step) step_.row(std::int64_t{s.step}, s.begin_ns, duration);
    scope_.row(s.begin_ns, duration, static_cast<std::int64_t>(s.kind), std::int64_t{s.name},
               std::int64_t{s.layer}, std::int64_t{s.slot}, number(s.phase), std::int64_t{s.step},
               std::int64_t{s.thread});
  }
}

void TraceDb::write_memory(const TraceBatch& batch) {
  for (const MemoryEvent& m : batch.memory) {
    write_layer(m.place.layer);
    memory_.row(m.time_ns, static_cast<std::int64_t>(m.address), m.bytes, m.live_bytes,
                std::int64_t{m.place.layer}, std::int64_t{m.place.slot}, number(m.place.phase),
                std::int64_t{m.place.step}, std::int64_t{m.thread}, std::int64_t{m.device},
                static_cast<std::int64_t>(m.life));
  }
}

void TraceDb::write_kernels(const TraceBatch& batch) {
  for (const KernelEvent& k : batch.kernels) {
    write_layer(k.place.layer);
    kernel_.row(k.begin_ns, k.end_ns - k.begin_ns, static_cast<std::int64_t>(k.kind), k.name,
                std::int64_t{k.device}, std::int64_t{k.stream},
                static_cast<std::int64_t>(k.correlation), k.bytes, std::int64_t{k.place.layer},
                std::int64_t{k.place.slot}, number(k.place.phase), std::int64_t{k.place.step});
  }
}

// A name that never came is none: 0.
std::int64_t TraceDb::number_of(const std::string& name) const {
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
      const std::int64_t layer = number_of(holder.layer);
      write_layer(static_cast<NameNumber>(layer));
      saved_tensor_.row(ledger.step, number, layer, number_of(holder.slot), holder.node,
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
  meta_.row("traced_steps", std::to_string(losses.traced_steps));
  meta_.row("kernels_source", losses.kernels_source);
  meta_.row("kernels_reason", losses.kernels_reason);
  file_.execute("COMMIT");
  file_.execute("PRAGMA journal_mode = DELETE");
}

}  // namespace actscope::reports
