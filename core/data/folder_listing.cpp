// SPDX-License-Identifier: Apache-2.0
#include "data/folder_listing.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace fs = std::filesystem;
namespace {

constexpr std::array leftovers = {"__MACOSX", "@eaDir", "lost+found", "$RECYCLE.BIN",
                                  "System Volume Information"};

[[noreturn]] void refuse(const fs::path& folder, const std::error_code& code) {
  throw DataError(error_text("cannot list " + folder.string(), code.message(),
                             "make it readable, or give another --data-dir"));
}

fs::path real_path(const fs::path& folder) {
  std::error_code code;
  fs::path real = fs::canonical(folder, code);
  if (code) refuse(folder, code);
  return real;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code code;
  fs::directory_iterator entry(folder, code);
  while (!code && entry != fs::directory_iterator()) {
    if (!is_leftover(entry->path().filename().string())) entries.push_back(entry->path());
    entry.increment(code);
  }
  if (code) refuse(folder, code);
  std::ranges::sort(entries);
  return entries;
}

bool is_image_name(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

bool is_link(const fs::path& path) {
  std::error_code code;
  return fs::is_symlink(path, code);
}

// A link may also lead to itself, which is an error rather than a missing target.
bool is_dangling(const fs::path& path) {
  std::error_code code;
  return is_link(path) && !fs::exists(path, code);
}

// The images of one class. Folders are read before links to folders, so that what a link repeats
// keeps the names it has without the link.
class ImageWalk {
 public:
  explicit ImageWalk(const fs::path& folder) {
    // The folders above the class, and those above the folder that its link leads to, count as
    // read: a link to one of them is not followed.
    for (const fs::path& start : {real_path(folder), real_path(folder.parent_path()) / "any"}) {
      for (fs::path above = start.parent_path(); above.has_relative_path();
           above = above.parent_path()) {
        read_.insert(above);
      }
    }
    read(folder);
    for (std::size_t i = 0; i < links_.size(); ++i) {  // grows as linked folders hold links
      const fs::path link = links_[i];
      if (!read(link)) found_.repeated.push_back(link.string());
    }
    std::ranges::sort(found_.names);
  }
  FolderListing take() { return std::move(found_); }

 private:
  bool read(const fs::path& folder) {
    if (!read_.insert(real_path(folder)).second) return false;
    for (const fs::path& path : sorted_entries(folder)) add(path);
    return true;
  }

  void add(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) {
      if (is_link(path)) {
        links_.push_back(path);
      } else {
        read(path);
      }
    } else if (is_image_name(path)) {
      if (fs::is_regular_file(path, code) || is_dangling(path)) {
        found_.names.push_back(path.string());
      }
    } else if (is_dangling(path)) {
      found_.dangling.push_back(path.string());
    }
  }

  FolderListing found_;
  std::set<fs::path> read_;
  std::vector<fs::path> links_;
};

}  // namespace

bool is_leftover(const std::string& name) {
  return name.starts_with('.') || std::ranges::find(leftovers, name) != leftovers.end();
}

FolderListing list_subfolders(const fs::path& folder) {
  FolderListing found;
  std::error_code code;
  for (const fs::path& path : sorted_entries(folder)) {
    if (fs::is_directory(path, code)) {
      found.names.push_back(path.filename().string());
    } else if (is_dangling(path)) {
      found.dangling.push_back(path.string());
    }
  }
  return found;
}

FolderListing list_images(const fs::path& folder) {
  return ImageWalk(folder).take();
}

std::string few_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

std::string describe_content(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(folder, code)) return folder.string() + " does not exist";
  if (!fs::is_directory(folder, code)) return folder.string() + " is no folder";
  std::vector<std::string> names;
  for (const fs::path& path : sorted_entries(folder)) names.push_back(path.filename().string());
  if (names.empty()) return folder.string() + " is empty";
  return folder.string() + " holds " + few_of(names);
}

}  // namespace actscope::core
