// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/cuda_event_session.hpp"

#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAFunctions.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "actscope/tracer/place_observer.hpp"
#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::tracer {
namespace {

struct Measured {
  NameNumber name = 0;
  TracePlace place;
  int stream = 0;
  at::cuda::CUDAEvent begin{cudaEventDefault}, end{cudaEventDefault};
};

// What is open on one thread: places that are no operators stand as empty entries.
struct OpenMeasurements {
  std::vector<std::optional<Measured>> stack;
  int missing = 0;  // innermost places that found no memory

  bool push() noexcept {
    try {
      if (missing == 0) stack.emplace_back();
    } catch (const std::bad_alloc&) {
      ++missing;
      return false;
    }
    if (missing > 0) ++missing;
    return missing == 0;
  }
};

OpenMeasurements& open_measurements() {
  thread_local OpenMeasurements open;
  return open;
}

struct Gathered {
  std::mutex mutex;
  std::vector<Measured> all;
  std::atomic<std::int64_t> lost{0};
};

Gathered& gathered() {
  static auto* all = new Gathered;
  return *all;
}

void enter(const TracePlace& place, NameNumber name, ScopeKind kind) {
  OpenMeasurements& open = open_measurements();
  if (!open.push()) {
    ++gathered().lost;
    return;
  }
  if (kind != ScopeKind::op) return;
  try {
    Measured measured;
    measured.name = name;
    measured.place = place;
    measured.stream = static_cast<int>(c10::cuda::getCurrentCUDAStream().id());
    measured.begin.record();
    open.stack.back() = std::move(measured);
  } catch (const std::exception&) {
    ++gathered().lost;
  }
}

void leave() {
  OpenMeasurements& open = open_measurements();
  if (open.missing > 0) {
    --open.missing;
    return;
  }
  auto& stack = open.stack;
  if (stack.empty()) return;
  std::optional<Measured> measured = std::move(stack.back());
  stack.pop_back();
  if (!measured) return;
  Gathered& all = gathered();
  try {
    measured->end.record();
    const std::scoped_lock lock(all.mutex);
    all.all.push_back(std::move(*measured));
  } catch (const std::exception&) {
    ++all.lost;
  }
}

constexpr PlaceObserver time_operators{&enter, &leave};

class CudaEventSession final : public KernelSession {
 public:
  ~CudaEventSession() override { place_observer = nullptr; }

  const char* source() const override { return "cuda_event"; }

  // The start of the device's clock is tied to the host's where both stand still.
  void begin() override {
    c10::cuda::device_synchronize();
    start_ = std::make_unique<at::cuda::CUDAEvent>(cudaEventDefault);
    start_->record();
    start_->synchronize();
    start_ns_ = now_ns();
    place_observer = &time_operators;
  }

  std::vector<KernelEvent> end(TraceRecord& losses) override {
    place_observer = nullptr;
    c10::cuda::device_synchronize();
    const std::scoped_lock lock(gathered().mutex);
    std::vector<KernelEvent> events;
    for (const Measured& measured : gathered().all) events.push_back(event_of(measured, losses));
    gathered().all.clear();
    losses.dropped_records += gathered().lost.exchange(0);
    return events;
  }

 private:
  KernelEvent event_of(const Measured& measured, TraceRecord& losses) const {
    KernelEvent event;
    event.name = Name(measured.name).text();
    event.place = measured.place;
    event.stream = measured.stream;
    try {
      event.begin_ns = at_ns(measured.begin);
      event.end_ns = at_ns(measured.end);
    } catch (const c10::Error&) {
      ++losses.untimed_records;
      event.begin_ns = event.end_ns = 0;
    }
    return event;
  }

  std::int64_t at_ns(const at::cuda::CUDAEvent& event) const {
    return start_ns_ + static_cast<std::int64_t>(start_->elapsed_time(event) * 1e6);
  }

  std::unique_ptr<at::cuda::CUDAEvent> start_;
  std::int64_t start_ns_ = 0;
};

}  // namespace

std::unique_ptr<KernelSession> make_cuda_event_session() {
  return std::make_unique<CudaEventSession>();
}

}  // namespace actscope::tracer
