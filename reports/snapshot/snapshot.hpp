// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/reports/format/reading_progress.hpp"

namespace actscope::reports {

enum class SnapshotAction : std::uint8_t {
  alloc,
  free_requested,
  free_completed,
  segment_alloc,
  segment_free,
  segment_map,
  segment_unmap,
  oom,
  snapshot,
  other,
};

struct SnapshotEvent {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t time_us = 0;
  std::uint32_t stack = 0;  ///< of stacks
  SnapshotAction action = SnapshotAction::other;
};

/// A piece of a segment at the end of the recording.
struct SnapshotBlock {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::uint32_t stack = 0;
  bool is_active = false;  ///< its owner has it, or a stream still works on it
};

struct SnapshotSegment {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t device = 0;
  std::uint32_t first_block = 0, blocks = 0;
};

/// A place in code. Texts by number.
struct SnapshotFrame {
  std::uint32_t name = 0, file = 0;
  std::int64_t line = 0;
  bool operator==(const SnapshotFrame&) const = default;
};

/// A row of a flat list.
struct SnapshotRange {
  std::uint64_t first = 0;
  std::uint32_t count = 0;
};

/// What torch.cuda.memory._snapshot() says, in columns. Text, frame and stack 0 are empty.
struct Snapshot {
  std::vector<std::string> texts;
  std::vector<SnapshotFrame> frames;
  std::vector<SnapshotRange> stacks;        ///< rows of stack_frames, the innermost frame first
  std::vector<std::uint32_t> stack_frames;  ///< numbers of frames
  std::vector<SnapshotEvent> events;
  std::vector<SnapshotRange> devices;  ///< rows of events, by number of the device
  std::vector<SnapshotBlock> blocks;
  std::vector<SnapshotSegment> segments;
};

/// Reads a file of torch.cuda.memory._dump_snapshot. No code of the pickle is run: an operation
/// that names or calls any is refused.
///
/// Errors  DataError: missing, not readable; ReportFormatError: no snapshot, damaged, ends early
///         (with the offset); RunError: the progress said stop
/// Cost    one pass; bytes held are at most a small multiple of the file's
Snapshot read_snapshot(const std::filesystem::path& file, const ReadingProgress& progress = {});

/// The same from bytes.
Snapshot read_snapshot_bytes(std::string_view bytes, const std::string& source);

}  // namespace actscope::reports
