// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/core/training/checkpoint_check.hpp"
#include "training/safetensors_layout.hpp"

namespace actscope::core {

/// The name of checkpoints before version 2, written by LibTorch's pickle. They are not read any
/// more.
inline constexpr const char* checkpoint_name_before = "checkpoint.pt";

/// Everything of a training that is no tensor.
struct CheckpointState {
  std::string config_digest;  ///< of the configuration and the data
  std::int64_t step = 0;
  double elapsed_s = 0;
  double loss_sum = 0;  ///< since the last accuracy point, as are the next two
  std::int64_t correct = 0;
  std::int64_t steps_summed = 0;
  std::vector<AccuracyPoint> accuracy;
  std::map<std::string, std::int64_t> optimizer_steps;  ///< by parameter that was updated
};

struct Checkpoint {
  CheckpointState state;
  std::vector<TensorEntry> tensors;  ///< views the bytes of the file
};

/// A checkpoint is a safetensors file of version 2 of this format. Its metadata has
///   format         "actscope.checkpoint"
///   version        "2"
///   state          JSON of CheckpointState
///   crc32c         JSON: of every tensor's bytes, eight hexadecimal digits by name
///   header_sha256  of the header with zeros in place of these 64 digits
/// so that there is no byte in the file whose change would go unnoticed.
///
/// Writes the file; of the tensors it holds no copy.
/// Errors  EnvironmentError: as write_file_atomically
void write_checkpoint(const std::filesystem::path& path, const CheckpointState& state,
                      const std::vector<TensorEntry>& tensors);

/// Checks every checksum and takes the file apart.
/// Errors  DataError: truncated, damaged, no checkpoint or of another version,
///         a number out of range
Checkpoint parse_checkpoint(std::string_view bytes, const std::string& source);

}  // namespace actscope::core
