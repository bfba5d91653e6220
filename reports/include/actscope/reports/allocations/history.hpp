// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "actscope/base/memory_record.hpp"
#include "actscope/base/trace_events.hpp"
#include "actscope/reports/format/reading_progress.hpp"

namespace actscope::reports {

/// The moment of one allocation or free, in the order of the recording.
using Tick = std::uint32_t;
/// The end of what was not freed while the recording went on.
inline constexpr Tick never = std::numeric_limits<Tick>::max();

/// One piece of memory from its allocation to the moment its owner let go.
struct Allocation {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  Tick begin = 0;
  Tick end = never;
  std::uint32_t source = 0;  ///< who allocated it: AllocationHistory::lines_of_source
  std::uint32_t layer = 0;   ///< of AllocationHistory::texts; 0: none
  std::int32_t step = -1;    ///< of the allocation; -1: outside every step
  std::int8_t device = host_memory;
  MemoryCategory category = MemoryCategory::other;
  Phase phase = Phase::other;      ///< of the allocation
  Phase end_phase = Phase::other;  ///< of the free
  bool is_before = false;          ///< was there when the recording began
  bool outlives_backward = false;  ///< from forward, and still there after its step's backward
};

/// Who keeps what for backward, by the autograd graph of one step.
struct AllocationHolder {
  std::uint32_t layer = 0;  ///< of texts
  std::int64_t bytes = 0;   ///< of its storage, by the allocator
  std::string text;         ///< "AddmmBackward0 saved mat1, slot h"
};

struct RecordedStep {
  std::int32_t step = 0;
  std::int64_t begin_ns = 0, end_ns = 0;
};

/// Everything that was allocated while a trace.db or a snapshot of PyTorch was recorded.
struct AllocationHistory {
  std::vector<std::string> texts;            ///< layers; text 0 is empty
  std::vector<std::string> lines;            ///< of stacks: a frame, an operator, a slot
  std::vector<std::uint64_t> source_begins;  ///< rows of source_lines
  std::vector<std::uint32_t> source_lines;   ///< numbers of lines, the innermost first
  std::vector<Allocation> blocks;            ///< by begin
  std::vector<std::uint32_t> ends;           ///< blocks that end, by their end
  std::vector<std::int64_t> times_ns;        ///< of every tick; never falls
  std::vector<AllocationHolder> holders;
  std::vector<RecordedStep> steps;     ///< of a trace, in their order
  std::int64_t dense_saved_bytes = 0;  ///< what plain autograd would keep; 0: unknown
  std::int64_t skipped_events = 0;     ///< neither allocations nor frees

  /// A stack, the innermost line first; empty: not known.
  std::vector<std::string> lines_of_source(std::uint32_t source) const;
  /// The devices that have blocks, that with the highest bytes of a CUDA device first.
  std::vector<std::int8_t> devices() const;
  std::int64_t time_of(Tick tick) const;  ///< the last one's for never
};

/// Whether a file may hold allocations, by its first bytes: a database, or a pickle.
bool is_allocation_file(const std::filesystem::path& file);

/// Reads the allocations of a trace.db, or of a snapshot that PyTorch pickled; told apart by the
/// file's first bytes. No code of a pickle is run. docs/decisions/0066 says how categories follow.
///
/// Errors  DataError: missing, not readable; ReportFormatError: neither of the two, damaged, ends
///         early; RunError: the progress said stop
/// Cost    holds the events of the file and the blocks made of them
AllocationHistory read_allocations(const std::filesystem::path& file,
                                   const ReadingProgress& progress = {});

/// Divides what was there before a recording by what a report of the same run says of its peak:
/// parameters, optimizer state, and gradients where the history has none.
void divide_before(AllocationHistory& history, const MemoryRecord& memory);

}  // namespace actscope::reports
