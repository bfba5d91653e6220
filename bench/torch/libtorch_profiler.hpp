// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace actscope::bench {

enum class ProfilesMemory { no, yes };

/// LibTorch's own profiler, on from here until stop: host operators of this thread and of the
/// backward passes that it starts, without shapes and stacks; allocations where asked.
/// Source  torch/csrc/autograd/profiler_kineto.h of LibTorch 2.11
class LibtorchProfiler {
 public:
  explicit LibtorchProfiler(ProfilesMemory memory);
  /// Stops it and throws its result away, unless stop was called.
  ~LibtorchProfiler();
  LibtorchProfiler(const LibtorchProfiler&) = delete;
  LibtorchProfiler& operator=(const LibtorchProfiler&) = delete;

  /// Writes what it gathered, as Chrome's JSON, where a file is given. Returns the number of
  /// events.
  std::int64_t stop(const std::filesystem::path& file);

 private:
  bool is_on_ = true;
};

}  // namespace actscope::bench
