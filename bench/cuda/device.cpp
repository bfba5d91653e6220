// SPDX-License-Identifier: Apache-2.0
#include "device.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::bench::cuda {

void check(cudaError_t code, const char* call) {
  if (code == cudaSuccess) return;
  (void)cudaGetLastError();  // clears the error, if it can be cleared
  throw DeviceError(error_text(
      "a CUDA call failed",
      std::string(call) + ": " + cudaGetErrorName(code) + ", " + cudaGetErrorString(code),
      code == cudaErrorMemoryAllocation
          ? "free device memory or give fewer --tokens"
          : "check that nvidia-smi lists a GPU, or use --backend cpu"));
}

DeviceMemory::DeviceMemory(std::int64_t bytes) : bytes_(bytes) {
  if (bytes > 0) check(cudaMalloc(&data_, static_cast<std::size_t>(bytes)), "cudaMalloc");
}

DeviceMemory::DeviceMemory(DeviceMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

DeviceMemory& DeviceMemory::operator=(DeviceMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

DeviceMemory::~DeviceMemory() {
  (void)cudaFree(data_);
}

DeviceMemory uploaded(const void* host, std::int64_t bytes) {
  DeviceMemory memory(bytes);
  if (bytes > 0) {
    check(cudaMemcpy(memory.data(), host, static_cast<std::size_t>(bytes), cudaMemcpyHostToDevice),
          "cudaMemcpy");
  }
  return memory;
}

Stream::Stream() {
  check(cudaStreamCreate(&stream_), "cudaStreamCreate");
}

Stream::~Stream() {
  (void)cudaStreamDestroy(stream_);
}

EventStopwatch::EventStopwatch(const Stream& stream) : stream_(stream.get()) {
  check(cudaEventCreate(&begin_), "cudaEventCreate");
  check(cudaEventCreate(&end_), "cudaEventCreate");
}

EventStopwatch::~EventStopwatch() {
  (void)cudaEventDestroy(begin_);
  (void)cudaEventDestroy(end_);
}

void EventStopwatch::start() {
  check(cudaEventRecord(begin_, stream_), "cudaEventRecord");
}

double EventStopwatch::stop() {
  check(cudaGetLastError(), "a launch");
  check(cudaEventRecord(end_, stream_), "cudaEventRecord");
  check(cudaEventSynchronize(end_), "cudaEventSynchronize");
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, begin_, end_), "cudaEventElapsedTime");
  return static_cast<double>(milliseconds) * 1e-3;
}

double quick_time_s(Stopwatch& stopwatch, const std::function<void()>& run) {
  constexpr double sample_s = 2e-3;
  run();
  stopwatch.start();
  run();
  const double once_s = stopwatch.stop();
  const int calls =
      static_cast<int>(std::clamp(std::ceil(sample_s / std::max(once_s, 1e-7)), 3.0, 50.0));
  stopwatch.start();
  for (int i = 0; i < calls; ++i) run();
  return stopwatch.stop() / calls;
}

}  // namespace actscope::bench::cuda
