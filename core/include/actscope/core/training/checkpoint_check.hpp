// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace actscope::core {

/// The name of a checkpoint in the folder of its run.
inline constexpr const char* checkpoint_name = "checkpoint.safetensors";

/// Why no run can go on from this checkpoint, whatever its configuration and data are: it is
/// truncated, damaged, of another version or cannot be read. Empty: it is whole.
///
/// Cost  reads the file and checks every checksum
std::string fault_of_checkpoint(const std::filesystem::path& path);

}  // namespace actscope::core
