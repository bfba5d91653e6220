// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope {

/// Part of a training step.
enum class Phase : std::uint8_t { other, forward, backward, optimizer };

/// "other", "forward", "backward", "optimizer".
const char* name_of(Phase phase);
/// The phase of a name; `other` of any other text.
Phase phase_named(std::string_view name);

/// Number of a name in the table of one trace; 0 is the empty name.
using NameNumber = std::uint16_t;

/// Where in the model and when in the training something happened: what joins all records.
struct TracePlace {
  std::int32_t step = -1;  ///< from 0; -1: outside every step
  NameNumber layer = 0;
  NameNumber slot = 0;
  Phase phase = Phase::other;
};

enum class ScopeKind : std::uint8_t { step, phase, layer, op };

/// "step", "phase", "layer", "operator".
const char* name_of(ScopeKind kind);

/// Host time between two points of one thread. Times: nanoseconds of the monotonic clock.
struct ScopeEvent {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::int32_t step = -1;
  NameNumber name = 0;
  NameNumber layer = 0;
  NameNumber slot = 0;
  std::uint16_t thread = 0;  ///< in order of first record
  ScopeKind kind = ScopeKind::op;
  Phase phase = Phase::other;

  TracePlace place() const { return {step, layer, slot, phase}; }
};
static_assert(sizeof(ScopeEvent) == 32);

/// The device number that stands for host memory.
inline constexpr std::int8_t host_memory = -1;

/// Which life of a piece of memory begins or ends. The logical life ends when the owner lets go. On
/// a device, whose streams may still work on the memory, the physical life may end later.
enum class MemoryLife : std::uint8_t { whole, logical, physical };

/// "whole", "logical", "physical".
const char* name_of(MemoryLife life);

/// One allocation or free.
struct MemoryEvent {
  std::int64_t time_ns = 0;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;       ///< below 0: freed
  std::int64_t live_bytes = 0;  ///< logically live afterwards, by the allocator of this device
  TracePlace place;             ///< at an allocation the allocating, at a free the freeing place
  std::uint16_t thread = 0;
  std::int8_t device = host_memory;
  MemoryLife life = MemoryLife::whole;
};
static_assert(sizeof(MemoryEvent) == 48);

enum class KernelKind : std::uint8_t { kernel, copy, set };

/// "kernel", "copy", "set".
const char* name_of(KernelKind kind);

/// Work of a device. Times: nanoseconds of the host's monotonic clock; 0: not known.
struct KernelEvent {
  std::string name;
  KernelKind kind = KernelKind::kernel;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::int32_t device = 0;
  std::int32_t stream = 0;
  std::uint64_t correlation = 0;  ///< joins it to its launch; unique in one trace
  std::int64_t bytes = 0;         ///< of copies and sets
  TracePlace place;
};

/// What a counter's value is. bytes: held at that time, by the process; events: of the processor,
/// in one call of an operator.
enum class CounterUnit : std::uint8_t { bytes, events };

/// "bytes", "events".
const char* name_of(CounterUnit unit);

/// A value of a named counter.
struct CounterEvent {
  std::int64_t time_ns = 0;  ///< events: the begin of the operator's scope
  std::int64_t value = 0;
  NameNumber name = 0;
  std::uint16_t thread = 0;  ///< events: that of the scope
  CounterUnit unit = CounterUnit::bytes;
};

/// What one slot of one layer held for backward at the end of forward. Units: bytes.
struct LedgerEvent {
  std::int32_t step = -1;
  NameNumber layer = 0;
  NameNumber slot = 0;
  std::int64_t stored_bytes = 0;
  std::int64_t shared_bytes = 0;  ///< of storages that another slot had registered before
};

/// A portion of a trace. Names are numbered from 0 over all portions in order; the first portion
/// begins with the empty name.
struct TraceBatch {
  std::vector<std::string> new_names;
  std::vector<ScopeEvent> scopes;
  std::vector<MemoryEvent> memory;
  std::vector<KernelEvent> kernels;
  std::vector<CounterEvent> counters;
  std::vector<LedgerEvent> ledger;
  std::vector<LedgerRecord> graphs;  ///< read from the autograd graphs of steps

  bool is_empty() const {
    return new_names.empty() && scopes.empty() && memory.empty() && kernels.empty() &&
           counters.empty() && ledger.empty() && graphs.empty();
  }
};

/// Where a trace goes while the run goes on. Called from one thread at a time, not the training
/// thread.
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// May throw; the trace then has no further portions and the run goes on.
  virtual void write(const TraceBatch& batch) = 0;
  /// Called once after the last portion.
  virtual void finish(const TraceRecord& losses) = 0;
};

}  // namespace actscope
