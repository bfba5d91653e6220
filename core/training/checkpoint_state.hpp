// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "training/checkpoint_file.hpp"

namespace actscope::core {

/// The JSON text of a state. Numbers come back to the bit.
std::string write_checkpoint_state(const CheckpointState& state);

/// Nothing where a field is missing, of another type, or a number cannot be: negative or infinite
/// times, more correct images than there can be, steps beyond the state's own.
std::optional<CheckpointState> read_checkpoint_state(const std::string& text);

/// Checksums by name as JSON text.
std::string write_checksums(const std::map<std::string, std::uint32_t>& checksums);
std::optional<std::map<std::string, std::uint32_t>> read_checksums(const std::string& text);

}  // namespace actscope::core
