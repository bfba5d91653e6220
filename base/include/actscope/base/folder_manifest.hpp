// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actscope {

/// The name of a manifest in its folder.
inline constexpr std::string_view manifest_name = ".actscope";
/// The name of the lease that a process holds while it writes into a folder.
inline constexpr std::string_view folder_lease_name = ".actscope-lease";

/// What a command has written, or is about to, into a folder of its own: the file .actscope there.
/// Starting over removes these files and no others.
struct FolderManifest {
  std::string kind;                ///< "run" or "sweep"
  std::vector<std::string> files;  ///< plain names in the folder
};

/// The manifest of a folder, or nothing: it has none that this version reads.
std::optional<FolderManifest> read_manifest(const std::filesystem::path& folder);

/// Errors  EnvironmentError: the folder cannot be written to
void write_manifest(const std::filesystem::path& folder, const FolderManifest& manifest);

/// Adds a file to the manifest of the folder that it lies in, where that has one.
/// Errors  EnvironmentError: the folder cannot be written to
void note_in_manifest(const std::filesystem::path& file);

/// Removes the files that a manifest lists, half-written ones of a killed program too, and at last
/// the manifest. Folders and files of other names stay.
/// Errors  EnvironmentError: a file cannot be removed, or a folder has the name of one
void remove_listed_files(const std::filesystem::path& folder, const FolderManifest& manifest);

}  // namespace actscope
