// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

namespace actscope::tracer {

/// While it lives, adds up what LibTorch's memory-reporting interface says was allocated on the
/// CPU: a second count beside the counting allocator's, by LibTorch's own bookkeeping.
///
/// Sees the thread that made it and autograd threads that this one starts. One at a time.
/// Source  c10/core/Allocator.h, MemoryReportingInfoBase
class MemoryReport {
 public:
  MemoryReport();
  ~MemoryReport();
  MemoryReport(const MemoryReport&) = delete;
  MemoryReport& operator=(const MemoryReport&) = delete;

  std::int64_t allocated_bytes() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace actscope::tracer
