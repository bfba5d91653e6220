// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace actscope::core {

/// One file of a data set and every name it goes by, the most usual first.
struct NamedFile {
  std::string role;  ///< as train-images: what it is called in digests
  std::vector<std::string> names;
};

/// The paths of all `files`, in their order, in the first of `subfolders` of `folder` ("" is the
/// folder itself) that holds every one of them.
/// Errors  DataError: no subfolder has them all; says which names and folders were looked at, what
///         is missing where most of them are, and what lies in `folder`. `what` names the data set,
///         `advice` says where to get it
std::vector<std::filesystem::path> find_data_files(const std::filesystem::path& folder,
                                                   const std::vector<std::string>& subfolders,
                                                   const std::vector<NamedFile>& files,
                                                   const std::string& what,
                                                   const std::string& advice);

}  // namespace actscope::core
