// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace actscope::tracer {

enum class MemoryDevice { cpu, cuda };

/// What an allocator has handed out. Units: bytes, as requested by the caller (CPU) or as rounded
/// by the caching allocator (CUDA).
struct MemoryCounters {
  std::int64_t live_bytes = 0;
  std::int64_t peak_bytes = 0;  ///< highest live_bytes since the last reset
  std::int64_t allocations = 0;
  std::int64_t frees = 0;
};

/// Puts the counting allocator in front of LibTorch's CPU allocator for the rest of the process.
/// Call it before the first tensor: what was allocated earlier is not counted. Idempotent,
/// thread-safe. Every thread's allocations are seen. With ACTSCOPE_GUARD_PAGES=1 in the environment
/// each block lies between pages that cannot be touched, and at exit a line on stderr says how many
/// did (CONTRIBUTING.md).
/// Errors  ConfigError: ACTSCOPE_GUARD_PAGES is neither 0 nor 1
void install_counting_cpu_allocator();

bool is_counting_cpu_allocator_installed() noexcept;

/// Errors  DeviceError: no CUDA device; BackendNotBuilt: cuda asked of a build without it;
///         TraceError: cpu asked before install_counting_cpu_allocator
MemoryCounters memory_counters(MemoryDevice device);

/// peak_bytes starts again from live_bytes.
/// Errors  as memory_counters
void reset_peak(MemoryDevice device);

}  // namespace actscope::tracer
