// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace actscope {

/// The whole file as bytes.
/// Errors  DataError: missing, unreadable, a folder, or larger than `limit_bytes`
std::string read_file(const std::filesystem::path& path,
                      std::int64_t limit_bytes = std::int64_t{1} << 30);

/// Writes under a temporary name in the same folder, syncs, then renames: readers see the old file
/// or the new one, never a part.
/// Errors  EnvironmentError: not writable, disk full; nothing is left behind then
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

enum class ExistingFolder { refuse_unless_empty, start_over, keep };

/// Makes an output folder and shows that it can be written to.
/// Errors  EnvironmentError: it exists and is not empty (refuse_unless_empty), is no folder, or
///         cannot be written to
/// Effects start_over removes what an earlier run of ours left there
///         (report.json, report.html, checkpoint.pt, trace.db with its journals, trace.pftrace,
///         and what trace export made of them: trace.json.gz, memory.pickle), never files of others
void prepare_output_folder(const std::filesystem::path& folder, ExistingFolder existing);

}  // namespace actscope
