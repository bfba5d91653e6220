// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace actscope {

/// The whole file as bytes.
/// Errors  DataError: missing, unreadable, a folder, larger than `limit_bytes`, or a pipe that
/// nobody
///         opens for writing within five seconds
std::string read_file(const std::filesystem::path& path,
                      std::int64_t limit_bytes = std::int64_t{1} << 30);

/// Writes under a temporary name in the same folder, syncs, then renames: readers see the old file
/// or the new one, never a part. Links, pipes, devices and permissions: as AtomicFile.
/// Errors  EnvironmentError: not writable, disk full; nothing is left behind then
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// What to do with a folder that exists: start_over removes what the earlier command left in it,
/// keep goes on with that. The caller, who knows the files of its kind, does either.
enum class ExistingFolder { refuse_unless_empty, start_over, keep };

/// Whether `folder` is a folder that holds nothing but leases and an unfinished manifest.
bool is_unused_folder(const std::filesystem::path& folder);

/// Makes an output folder and checks that it can be written to.
/// Errors  EnvironmentError: it exists and is not empty (refuse_unless_empty), is no folder, or
///         cannot be written to
/// Effects nothing that lies there is changed
void prepare_output_folder(const std::filesystem::path& folder, ExistingFolder existing);

}  // namespace actscope
