// SPDX-License-Identifier: Apache-2.0
#include "image_folder.hpp"

#include <algorithm>
#include <cctype>

#include "actscope/base/error.hpp"
#include "image_codec.hpp"

namespace actscope::core {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw DataError(
      error_text("cannot use " + path.string() + " as images", why,
                 "give --data-dir a folder with train/CLASS/*.jpg and val/CLASS/*.jpg"));
}

bool is_image(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<std::string> subfolders(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_directory(code)) names.push_back(entry.path().filename().string());
  }
  if (code) refuse(folder, code.message());
  std::ranges::sort(names);
  return names;
}

// The images of a class, sorted by path.
std::vector<std::string> images_in(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code code;
  fs::recursive_directory_iterator entry(folder, code);
  while (!code && entry != fs::recursive_directory_iterator()) {
    if (is_image(entry->path()) && entry->is_regular_file(code)) {
      paths.push_back(entry->path().string());
    }
    entry.increment(code);
  }
  if (code) refuse(folder, code.message());
  std::ranges::sort(paths);
  return paths;
}

void list_part(const fs::path& folder, const std::vector<std::string>& classes, ImageSet& set,
               Sha256& digest) {
  for (const std::string& name : subfolders(folder)) {
    const auto found = std::ranges::lower_bound(classes, name);
    if (found == classes.end() || *found != name) {
      refuse(folder / name, "train/ has no class of that name");
    }
    for (std::string& path : images_in(folder / name)) {
      std::error_code code;
      digest.update(path.substr(folder.string().size()) + " " +
                    std::to_string(fs::file_size(path, code)) + "\n");
      set.files.push_back(std::move(path));
      set.labels.push_back(found - classes.begin());
    }
  }
  set.samples = static_cast<std::int64_t>(set.files.size());
  if (set.samples == 0) refuse(folder, "it has no images");
}

}  // namespace

bool is_image_folder_built() noexcept {
  return is_image_codec_built();
}

std::vector<std::string> image_classes(const fs::path& folder) {
  std::error_code code;
  for (const char* part : {"train", "val"}) {
    if (!fs::is_directory(folder / part, code)) continue;
    std::vector<std::string> classes = subfolders(folder / part);
    if (classes.empty()) refuse(folder / part, "it has no classes");
    return classes;
  }
  refuse(folder, "it has neither train/ nor val/");
}

void load_image_folder(const fs::path& folder, DataPart part, std::int64_t image_size,
                       DataSet& data, Sha256& digest) {
  if (!is_image_codec_built()) (void)decode_image({});  // says what to install
  const std::vector<std::string> classes = image_classes(folder);
  for (ImageSet* set : {&data.train, &data.heldout}) {
    set->channels = 3;
    set->height = set->width = image_size;
  }
  if (part == DataPart::both) list_part(folder / "train", classes, data.train, digest);
  list_part(folder / "val", classes, data.heldout, digest);
  data.mean = {.485F, .456F, .406F};
  data.stddev = {.229F, .224F, .225F};
}

}  // namespace actscope::core
