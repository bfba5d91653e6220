// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/memory_report.hpp"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <atomic>

namespace actscope::tracer {
namespace {

class AllocationSum final : public c10::MemoryReportingInfoBase {
 public:
  // `size` is below 0 where memory is given back.
  void reportMemoryUsage(void* /*pointer*/, std::int64_t size, std::size_t /*total_allocated*/,
                         std::size_t /*total_reserved*/, c10::Device device) override {
    if (size > 0 && device.is_cpu()) bytes_ += size;
  }
  bool memoryProfilingEnabled() const override { return true; }

  std::int64_t bytes() const noexcept { return bytes_; }

 private:
  std::atomic<std::int64_t> bytes_{0};
};

}  // namespace

struct MemoryReport::State {
  std::shared_ptr<AllocationSum> sum = std::make_shared<AllocationSum>();
  c10::DebugInfoGuard guard{c10::DebugInfoKind::PROFILER_STATE, sum};
};

MemoryReport::MemoryReport() : state_(std::make_unique<State>()) {}

MemoryReport::~MemoryReport() = default;

std::int64_t MemoryReport::allocated_bytes() const noexcept {
  return state_->sum->bytes();
}

}  // namespace actscope::tracer
