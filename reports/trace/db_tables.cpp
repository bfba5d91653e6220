// SPDX-License-Identifier: Apache-2.0
#include "trace/db_tables.hpp"

namespace actscope::reports {

// Tables hold numbers, views words and whole numbers. Times are nanoseconds of one monotonic clock.
// There are many rows of scope and memory. What several of them share stands in a row of place or
// block; their times count from the first row of the place; live_bytes is stored only where it is
// not the value before plus the bytes of the row. Pages have 2048 bytes, since most tables are
// short.
const char* const trace_db_tables = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA synchronous = NORMAL;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE name (name INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE phase (phase INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE scope_kind (kind INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE kernel_kind (kind INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE layer (layer INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE step (step INTEGER PRIMARY KEY, begin_ns INTEGER, duration_ns INTEGER);
CREATE TABLE place (place INTEGER PRIMARY KEY, begin_ns INTEGER, step INTEGER, layer INTEGER,
                    slot INTEGER, phase INTEGER, thread INTEGER, kind INTEGER);
CREATE TABLE scope (begin_ns INTEGER, duration_ns INTEGER, name INTEGER, place INTEGER);
CREATE TABLE block (block INTEGER PRIMARY KEY, address INTEGER, bytes INTEGER, device INTEGER);
CREATE TABLE memory (time_ns INTEGER, block INTEGER, place INTEGER, change INTEGER);
CREATE TABLE memory_live (row INTEGER PRIMARY KEY, live_bytes INTEGER);
CREATE TABLE memory_life (life INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE kernel (begin_ns INTEGER, duration_ns INTEGER, kind INTEGER, name TEXT,
                     device INTEGER, stream INTEGER, correlation INTEGER, bytes INTEGER,
                     layer INTEGER, slot INTEGER, phase INTEGER, step INTEGER);
CREATE TABLE counter (time_ns INTEGER, name INTEGER, value INTEGER, unit INTEGER,
                      thread INTEGER);
CREATE TABLE counter_unit (unit INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE ledger (step INTEGER, layer INTEGER, slot INTEGER, stored_bytes INTEGER,
                     shared_bytes INTEGER);
CREATE TABLE saved_storage (step INTEGER, storage INTEGER, storage_bytes INTEGER,
                            allocator_bytes INTEGER, unused_bytes INTEGER,
                            other_references INTEGER, is_older INTEGER, is_output INTEGER);
CREATE TABLE saved_tensor (step INTEGER, storage INTEGER, layer INTEGER, slot INTEGER, node TEXT,
                           member TEXT, dtype TEXT, sizes TEXT, tensor_bytes INTEGER,
                           state TEXT);
CREATE TABLE loss (name TEXT PRIMARY KEY, count INTEGER);
CREATE VIEW scope_event AS
  SELECT place.begin_ns + scope.begin_ns AS begin_ns, duration_ns, kind, name, layer, slot, phase,
         step, thread
  FROM scope JOIN place USING (place);
CREATE VIEW memory_event AS
  SELECT time_ns, address, bytes,
         first_value(known) OVER run + sum(iif(known IS NULL AND life < 2, bytes, 0)) OVER run
           AS live_bytes,
         layer, slot, phase, step, thread, device, life
  FROM (SELECT memory.rowid AS row, place.begin_ns + time_ns AS time_ns, address,
               iif(change & 1, -bytes, bytes) AS bytes, memory_live.live_bytes AS known,
               count(memory_live.live_bytes) OVER (PARTITION BY device ORDER BY memory.rowid)
                 AS stretch,
               layer, slot, phase, step, thread, ifnull(device, -1) AS device,
               change >> 1 AS life
        FROM memory JOIN block USING (block) JOIN place USING (place)
             LEFT JOIN memory_live ON memory_live.row = memory.rowid)
  WINDOW run AS (PARTITION BY device, stretch ORDER BY row);
CREATE VIEW operator_time AS
  SELECT name.text AS operator, layer.name AS layer, slot.text AS slot, phase.text AS phase,
         count(*) AS calls, sum(duration_ns) AS total_ns
  FROM scope_event JOIN name USING (name) LEFT JOIN layer ON layer.layer = scope_event.layer
       LEFT JOIN name AS slot ON slot.name = scope_event.slot JOIN phase USING (phase)
  WHERE kind = 3 GROUP BY scope_event.name, scope_event.layer, scope_event.slot, scope_event.phase
  ORDER BY total_ns DESC;
CREATE VIEW operator_count AS
  SELECT name.text AS operator, layer.name AS layer, slot.text AS slot, phase.text AS phase,
         counted.text AS counter, count(*) AS calls, sum(value) AS value
  FROM counter JOIN name AS counted ON counted.name = counter.name
       JOIN scope_event ON scope_event.begin_ns = counter.time_ns
                           AND scope_event.thread = counter.thread AND scope_event.kind = 3
       JOIN name ON name.name = scope_event.name
       LEFT JOIN layer ON layer.layer = scope_event.layer
       LEFT JOIN name AS slot ON slot.name = scope_event.slot JOIN phase USING (phase)
  WHERE unit = 1
  GROUP BY scope_event.name, scope_event.layer, scope_event.slot, scope_event.phase, counter.name
  ORDER BY value DESC;
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
               AS place FROM memory_event) AS highest
       LEFT JOIN layer USING (layer) JOIN phase USING (phase)
  WHERE place = 1 ORDER BY device;
)sql";

}  // namespace actscope::reports
