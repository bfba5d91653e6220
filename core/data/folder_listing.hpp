// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace actscope::core {

/// Whether programs leave files of this name behind that are no data: .DS_Store, ._NAME,
/// .ipynb_checkpoints and all others with a leading dot, __MACOSX, @eaDir, lost+found.
bool is_leftover(const std::string& name);

/// What was found below a folder, in an order that depends on names only.
struct FolderListing {
  std::vector<std::string> names;     ///< sorted by bytes
  std::vector<std::string> dangling;  ///< links whose target is not there
  std::vector<std::string> repeated;  ///< links to folders that are read already
};

/// The subfolders of a folder, links to folders among them; `names` are names without the folder.
/// Errors  DataError: the folder cannot be read
FolderListing list_subfolders(const std::filesystem::path& folder);

/// The images of a class (.jpg, .jpeg, .png, in any case) in its folder and those below; `names`
/// are paths. Links are followed: to files wherever they lead, one that leads nowhere counts as an
/// image that cannot be read; to folders unless one was read already or holds the class.
/// Errors  DataError: a folder cannot be read
FolderListing list_images(const std::filesystem::path& folder);

/// Names in a row for a line of text: all of a few, else the first and how many more there are.
std::string few_of(const std::vector<std::string>& names);

/// What lies directly in a folder, for an error's line: few_of its sorted names, "nothing", or that
/// it is no folder.
std::string describe_content(const std::filesystem::path& folder);

}  // namespace actscope::core
