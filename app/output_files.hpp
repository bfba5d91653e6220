// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace actscope::app {

/// Checks that a file can be made in `folder`, or in the nearest of its parents that exists.
/// Errors  EnvironmentError: it cannot
void check_writable(const std::filesystem::path& folder, const std::string& what);

/// Checks, before the work starts, that a file can be written at its end. `what` names the file in
/// errors; `made_later` is a folder that the work makes itself, empty: none.
/// Errors  EnvironmentError: the file is a folder, or lies where no file can be made
void check_target(const std::string& file, const std::string& what,
                  const std::string& made_later = {});

/// The file of one document: `out` itself where it ends in .json or exists and is no folder (a
/// pipe, a device), else `name` in the folder `out`. Empty where `out` is.
std::filesystem::path document_file(const std::string& out, const std::string& name);

/// The folders that would have to be made for `folder`, the innermost first.
std::vector<std::filesystem::path> missing_folders(const std::filesystem::path& folder);

/// The path from the root, without dots and without a slash at its end.
std::filesystem::path whole_path(const std::filesystem::path& folder);

}  // namespace actscope::app
