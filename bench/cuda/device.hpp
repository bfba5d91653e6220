// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "kernels/stopwatch.hpp"

namespace actscope::bench::cuda {

/// Errors  DeviceError: code is not cudaSuccess
void check(cudaError_t code, const char* call);

/// Device memory of its own.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  /// Errors  DeviceError: there is not so much left
  explicit DeviceMemory(std::int64_t bytes);
  DeviceMemory(DeviceMemory&& other) noexcept;
  DeviceMemory& operator=(DeviceMemory&& other) noexcept;
  ~DeviceMemory();

  void* data() const { return data_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// A copy of `bytes` bytes of host memory; waits for it.
DeviceMemory uploaded(const void* host, std::int64_t bytes);

template <class Value>
DeviceMemory uploaded(const std::vector<Value>& host) {
  return uploaded(host.data(), static_cast<std::int64_t>(host.size() * sizeof(Value)));
}

/// `count` numbers from the start of device memory; waits for all work given before.
template <class Value>
std::vector<Value> downloaded(const DeviceMemory& memory, std::int64_t count) {
  std::vector<Value> host(static_cast<std::size_t>(count));
  check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
  check(cudaMemcpy(host.data(), memory.data(), host.size() * sizeof(Value), cudaMemcpyDeviceToHost),
        "cudaMemcpy");
  return host;
}

class Stream {
 public:
  Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// Times what is enqueued on a stream, by events around it.
class EventStopwatch : public Stopwatch {
 public:
  explicit EventStopwatch(const Stream& stream);
  ~EventStopwatch() override;

  void start() override;
  /// Errors  DeviceError: what was enqueued failed
  double stop() override;

 private:
  cudaStream_t stream_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

/// Seconds of one call, from a few that fill about two milliseconds after one that is not counted:
/// for choosing among algorithms, not for figures.
double quick_time_s(Stopwatch& stopwatch, const std::function<void()>& run);

}  // namespace actscope::bench::cuda
