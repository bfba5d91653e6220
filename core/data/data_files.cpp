// SPDX-License-Identifier: Apache-2.0
#include "data/data_files.hpp"

#include "actscope/base/error.hpp"
#include "data/folder_listing.hpp"

namespace actscope::core {
namespace fs = std::filesystem;
namespace {

// The path of the file in the folder; empty where the folder has it under none of its names.
fs::path path_in(const fs::path& folder, const NamedFile& file) {
  for (const std::string& name : file.names) {
    std::error_code code;
    // Some archives unpack each file into a folder of its own name.
    for (const fs::path& path : {folder / name, folder / name / name}) {
      if (fs::exists(path, code) && !fs::is_directory(path, code)) return path;
    }
  }
  return {};
}

struct Found {
  std::vector<fs::path> paths;
  std::vector<const NamedFile*> missing;
};

Found look_in(const fs::path& folder, const std::vector<NamedFile>& files) {
  Found found;
  for (const NamedFile& file : files) {
    fs::path path = path_in(folder, file);
    if (path.empty()) {
      found.missing.push_back(&file);
    } else {
      found.paths.push_back(std::move(path));
    }
  }
  return found;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::vector<fs::path> find_data_files(const fs::path& folder,
                                      const std::vector<std::string>& subfolders,
                                      const std::vector<NamedFile>& files, const std::string& what,
                                      const std::string& advice) {
  Found nearest;
  fs::path nearest_folder;
  std::vector<std::string> places;
  for (const std::string& subfolder : subfolders) {
    const fs::path place = subfolder.empty() ? folder : folder / subfolder;
    Found found = look_in(place, files);
    if (found.missing.empty()) return std::move(found.paths);
    places.push_back(place.string());
    if (places.size() == 1 || found.paths.size() > nearest.paths.size()) {
      nearest = std::move(found);
      nearest_folder = place;
    }
  }
  throw DataError(error_text(what + " is not there",
                             "looked for " + joined(nearest.missing.front()->names) + " in " +
                                 joined(places) + "; " + describe_content(nearest_folder),
                             advice));
}

}  // namespace actscope::core
