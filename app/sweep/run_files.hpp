// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/run_record.hpp"

namespace actscope::sweep {

inline constexpr std::string_view run_kind = "run";

/// The names of what a run with this trace level may write into its folder.
std::vector<std::string> run_files(const std::string& trace);

/// What a report says; nothing where there is none, or none that can be read.
std::optional<RunRecord> read_report(const std::filesystem::path& report);

/// What the run in `folder` has written: by its manifest, or, where a version before manifests made
/// the folder, by the names that those wrote, if it holds a report of a run and nothing else.
/// Errors  EnvironmentError: no run of Actscope made the folder
FolderManifest earlier_run(const std::filesystem::path& folder);

/// Removes what the run in `folder` has written, and nothing else.
/// Errors  EnvironmentError: as earlier_run; a file cannot be removed
void clear_run_folder(const std::filesystem::path& folder);

/// Raises that `folder` is not what a command of this kind has made.
[[noreturn]] void refuse_foreign_folder(const std::filesystem::path& folder,
                                        const std::string& why);

}  // namespace actscope::sweep
