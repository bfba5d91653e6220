// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace actscope {

/// Where a result was produced; part of every report. Empty text: unknown or not there.
struct EnvironmentRecord {
  std::string program_version;
  std::string git_revision;
  std::string compiler;
  std::string compiler_flags;
  std::string build_type;
  std::vector<std::string> features;  ///< what this build contains: "cpu", "cuda", "torch", …
  std::string libtorch_version;
  std::string cuda_version;
  std::string os;
  std::string host;
  std::string cpu;
  std::int64_t cores = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t threads = 0;
  std::string gpu;
  std::string gpu_driver;
  std::string kernel_backend;  ///< back end and instruction set that ran, "cpu avx3"
  std::string started_at;      ///< UTC, ISO 8601
  std::int64_t pid = 0;
};

}  // namespace actscope
