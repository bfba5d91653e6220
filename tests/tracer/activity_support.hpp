// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/activity_record.hpp"
#include "correlation.hpp"

namespace actscope::tracer {

/// Hand-filled records.
inline ActivityRecord work(ActivityKind kind, std::uint32_t correlation, std::uint64_t begin,
                           std::uint64_t end) {
  ActivityRecord record;
  record.kind = kind;
  record.correlation = correlation;
  record.begin_ns = begin;
  record.end_ns = end;
  return record;
}

inline ActivityRecord kernel(std::uint32_t correlation, std::uint64_t begin, std::uint64_t end) {
  ActivityRecord record = work(ActivityKind::kernel, correlation, begin, end);
  record.name = "gemm_tn(float*)";
  record.device = 1;
  record.stream = 7;
  return record;
}

inline ActivityRecord link(std::uint32_t correlation, const TracePlace& place) {
  ActivityRecord record = work(ActivityKind::place_link, correlation, 0, 0);
  record.value = encode_place(place);
  return record;
}

inline ActivityRecord memory(std::uint8_t operation, std::uint64_t time, std::uint64_t address,
                             std::uint64_t bytes) {
  ActivityRecord record = work(ActivityKind::memory, 0, time, time);
  record.detail = operation;
  record.value = address;
  record.bytes = bytes;
  return record;
}

}  // namespace actscope::tracer
