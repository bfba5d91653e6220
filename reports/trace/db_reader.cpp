// SPDX-License-Identifier: Apache-2.0
#include "trace/db_reader.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "format/sqlite_reader.hpp"
#include "trace/db.hpp"

namespace actscope::reports {
namespace {

// Checks every number before it is narrowed: a damaged file must not become a wrong trace.
class Reading {
 public:
  Reading(const std::filesystem::path& file, std::function<bool(double share)> goes_on)
      : file_(file), goes_on_(std::move(goes_on)) {}

  StoredTrace read() {
    check_version();
    watch();
    read_names();
    if (version_ >= 4) {
      read_places();
      read_shared_scopes();
      read_shared_memory();
    } else {
      read_scopes();
      read_memory();
    }
    read_kernels();
    read_counters();
    return std::move(trace_);
  }

 private:
  template <class Number>
  Number narrowed(const SqliteRow& row, int column, const char* what) const {
    const std::int64_t value = row.number(column);
    if (value < std::int64_t{std::numeric_limits<Number>::min()} ||
        value > std::int64_t{std::numeric_limits<Number>::max()}) {
      refuse(what, value);
    }
    return static_cast<Number>(value);
  }

  template <class Enumeration>
  Enumeration chosen(const SqliteRow& row, int column, Enumeration last, const char* what) const {
    const std::int64_t value = row.number(column);
    if (value < 0 || value > static_cast<std::int64_t>(last)) refuse(what, value);
    return static_cast<Enumeration>(value);
  }

  NameNumber name(const SqliteRow& row, int column) const {
    const std::int64_t value = row.number(column);
    if (value < 0 || value >= static_cast<std::int64_t>(trace_.events.new_names.size())) {
      refuse("name", value);
    }
    return static_cast<NameNumber>(value);
  }

  std::int64_t sum(std::int64_t a, std::int64_t b, const char* what) const {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum)) refuse(what, b);
    return sum;
  }

  std::int64_t end(const SqliteRow& row) const {
    return sum(row.number(0), row.number(1), "duration");
  }

  // Columns layer, slot, phase, step from `column` on.
  TracePlace place(const SqliteRow& row, int column) const {
    return {narrowed<std::int32_t>(row, column + 3, "step"), name(row, column),
            name(row, column + 1), chosen(row, column + 2, Phase::optimizer, "phase")};
  }

  [[noreturn]] void refuse(const std::string& what, std::int64_t value) const {
    file_.refuse(what + " " + std::to_string(value) + " is out of range");
  }

  void check_version() {
    if (file_.number("PRAGMA application_id") != trace_application_id) {
      file_.refuse("its application_id is another");
    }
    version_ = file_.number("PRAGMA user_version");
    if (version_ < 1 || version_ > trace_schema_version) {
      file_.refuse("version " + std::to_string(version_) + ", this program reads 1 to " +
                   std::to_string(trace_schema_version));
    }
    file_.select("SELECT key, value FROM meta",
                 [&](const SqliteRow& row) { trace_.meta[row.text(0)] = row.text(1); });
  }

  // SQLite tells how many instructions it has done; a row takes about as many as it has columns.
  void watch() {
    if (!goes_on_) return;
    constexpr double instructions_a_row = 9;
    double rows = 1;
    for (const char* table : {"scope", "memory", "kernel", "counter"}) {
      rows += static_cast<double>(
          file_.number(std::string("SELECT ifnull(max(rowid), 0) FROM ") + table));
    }
    file_.watch([this, expected = rows * instructions_a_row](double instructions) {
      return goes_on_(std::min(0.99, instructions / expected));
    });
  }

  void read_names() {
    std::vector<std::string>& names = trace_.events.new_names;
    file_.select("SELECT name, text FROM name ORDER BY name", [&](const SqliteRow& row) {
      if (row.number(0) != static_cast<std::int64_t>(names.size())) {
        file_.refuse("name " + std::to_string(names.size()) + " is missing");
      }
      if (names.size() > std::numeric_limits<NameNumber>::max()) file_.refuse("too many names");
      names.push_back(row.text(1));
    });
    if (names.empty()) names.emplace_back();
  }

  void read_scopes() {
    file_.select(
        "SELECT begin_ns, duration_ns, kind, name, layer, slot, phase, step, thread FROM scope "
        "ORDER BY rowid",
        [&](const SqliteRow& row) {
          const TracePlace at = place(row, 4);
          trace_.events.scopes.push_back({row.number(0), end(row), at.step, name(row, 3), at.layer,
                                          at.slot, narrowed<std::uint16_t>(row, 8, "thread"),
                                          chosen(row, 2, ScopeKind::op, "kind of scope"),
                                          at.phase});
        });
  }

  // What many rows of version 4 share.
  struct Place {
    std::int64_t begin_ns;
    TracePlace place;
    std::uint16_t thread;
    ScopeKind kind;  // of scopes
  };
  struct Block {
    std::uint64_t address;
    std::int64_t bytes;
    std::int8_t device;
  };

  void read_places() {
    file_.select(
        "SELECT begin_ns, thread, ifnull(kind, 0), layer, slot, phase, step, place FROM place "
        "ORDER BY place",
        [&](const SqliteRow& row) {
          require_next(row.number(7), places_.size(), "place");
          places_.push_back({row.number(0), place(row, 3),
                             narrowed<std::uint16_t>(row, 1, "thread"),
                             chosen(row, 2, ScopeKind::op, "kind of scope")});
        });
    file_.select("SELECT address, bytes, ifnull(device, -1), block FROM block ORDER BY block",
                 [&](const SqliteRow& row) {
                   require_next(row.number(3), blocks_.size(), "block");
                   if (row.number(1) < 0) refuse("bytes", row.number(1));
                   blocks_.push_back({static_cast<std::uint64_t>(row.number(0)), row.number(1),
                                      narrowed<std::int8_t>(row, 2, "device")});
                 });
  }

  void require_next(std::int64_t number, std::size_t expected, const char* what) const {
    if (number == static_cast<std::int64_t>(expected)) return;
    file_.refuse(std::string(what) + " " + std::to_string(expected) + " is missing");
  }

  template <class Shared>
  const Shared& shared(const std::vector<Shared>& all, std::int64_t number,
                       const char* what) const {
    if (number < 0 || number >= static_cast<std::int64_t>(all.size())) refuse(what, number);
    return all[static_cast<std::size_t>(number)];
  }

  void read_shared_scopes() {
    file_.select("SELECT begin_ns, duration_ns, name, place FROM scope ORDER BY rowid",
                 [&](const SqliteRow& row) {
                   const Place& at = shared(places_, row.number(3), "place");
                   const std::int64_t begin = sum(at.begin_ns, row.number(0), "begin");
                   trace_.events.scopes.push_back(
                       {begin, sum(begin, row.number(1), "duration"), at.place.step, name(row, 2),
                        at.place.layer, at.place.slot, at.thread, at.kind, at.place.phase});
                 });
  }

  // live_bytes is stored only where it is not the value before plus the bytes of the row.
  void read_shared_memory() {
    constexpr std::int64_t last_change = 2 * static_cast<std::int64_t>(MemoryLife::physical) + 1;
    std::map<std::int8_t, std::int64_t> live_bytes;
    file_.select(
        "SELECT time_ns, block, place, change, live_bytes, live_bytes IS NOT NULL FROM memory "
        "LEFT JOIN memory_live ON row = memory.rowid ORDER BY memory.rowid",
        [&](const SqliteRow& row) {
          const Place& at = shared(places_, row.number(2), "place");
          const Block& block = shared(blocks_, row.number(1), "block");
          const std::int64_t change = row.number(3);
          if (change < 0 || change > last_change) refuse("change of memory", change);
          MemoryEvent event;
          event.time_ns = sum(at.begin_ns, row.number(0), "time");
          event.address = block.address;
          event.bytes = change % 2 == 0 ? block.bytes : -block.bytes;
          event.device = block.device;
          event.life = static_cast<MemoryLife>(change / 2);
          event.place = at.place;
          event.thread = at.thread;
          std::int64_t& live = live_bytes[block.device];
          const bool is_told = row.number(5) != 0;
          if (is_told) live = row.number(4);
          if (!is_told && event.life != MemoryLife::physical)
            live = sum(live, event.bytes, "live bytes");
          event.live_bytes = live;
          trace_.events.memory.push_back(event);
        });
  }

  // Version 1 knew the host's memory only, version 2 whole lives only.
  void read_memory() {
    const std::string device = version_ >= 2 ? "device" : std::to_string(host_memory);
    const std::string life = version_ >= 3 ? "life" : "0";
    file_.select("SELECT time_ns, address, bytes, live_bytes, layer, slot, phase, step, thread, " +
                     device + ", " + life + " FROM memory ORDER BY rowid",
                 [&](const SqliteRow& row) {
                   trace_.events.memory.push_back(
                       {row.number(0), static_cast<std::uint64_t>(row.number(1)), row.number(2),
                        row.number(3), place(row, 4), narrowed<std::uint16_t>(row, 8, "thread"),
                        narrowed<std::int8_t>(row, 9, "device"),
                        chosen(row, 10, MemoryLife::physical, "life of memory")});
                 });
  }

  void read_kernels() {
    file_.select(
        "SELECT begin_ns, duration_ns, kind, name, device, stream, correlation, bytes, layer, "
        "slot, phase, step FROM kernel ORDER BY rowid",
        [&](const SqliteRow& row) {
          trace_.events.kernels.push_back(
              {row.text(3), chosen(row, 2, KernelKind::set, "kind of kernel"), row.number(0),
               end(row), narrowed<std::int32_t>(row, 4, "device"),
               narrowed<std::int32_t>(row, 5, "stream"), static_cast<std::uint64_t>(row.number(6)),
               row.number(7), place(row, 8)});
        });
  }

  // Before version 4 every counter was of bytes.
  void read_counters() {
    const std::string more = version_ >= 4 ? "ifnull(thread, 0), unit" : "0, 0";
    file_.select("SELECT time_ns, name, value, " + more + " FROM counter ORDER BY rowid",
                 [&](const SqliteRow& row) {
                   trace_.events.counters.push_back(
                       {row.number(0), row.number(2), name(row, 1),
                        narrowed<std::uint16_t>(row, 3, "thread"),
                        chosen(row, 4, CounterUnit::events, "unit of a counter")});
                 });
  }

  SqliteReader file_;
  std::function<bool(double share)> goes_on_;
  std::int64_t version_ = 0;
  std::vector<Place> places_;
  std::vector<Block> blocks_;
  StoredTrace trace_;
};

}  // namespace

StoredTrace read_trace_db(const std::filesystem::path& file,
                          const std::function<bool(double share)>& goes_on) {
  return Reading(file, goes_on).read();
}

}  // namespace actscope::reports
