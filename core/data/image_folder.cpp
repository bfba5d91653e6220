// SPDX-License-Identifier: Apache-2.0
#include "data/image_folder.hpp"

#include <algorithm>
#include <iterator>

#include "actscope/base/error.hpp"
#include "data/folder_listing.hpp"
#include "data/image_codec.hpp"

namespace actscope::core {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse(const fs::path& path, const std::string& why) {
  throw DataError(
      error_text("cannot use " + path.string() + " as images", why,
                 "give --data-dir a folder with train/CLASS/*.jpg and val/CLASS/*.jpg"));
}

std::int64_t size_of(const std::string& path) {
  std::error_code code;
  const std::uintmax_t bytes = fs::file_size(path, code);
  return code ? -1 : static_cast<std::int64_t>(bytes);
}

void append(std::vector<std::string>& to, std::vector<std::string>&& from) {
  std::ranges::move(from, std::back_inserter(to));
}

// train or val, with its images by class.
class PartListing {
 public:
  PartListing(const fs::path& folder, const std::vector<std::string>& classes, ImageSet& set)
      : folder_(folder), set_(set) {
    FolderListing found = list_subfolders(folder);
    links_.dangling = std::move(found.dangling);
    for (const std::string& name : found.names) {
      if (!std::ranges::binary_search(classes, name)) {
        refuse(folder / name, "train/ has no class of that name");
      }
    }
    for (std::size_t label = 0; label < classes.size(); ++label) {
      const bool is_there = std::ranges::binary_search(found.names, classes[label]);
      const std::int64_t before = count();
      if (is_there) add_class(folder / classes[label], static_cast<std::int64_t>(label));
      if (count() == before) empty_.push_back(classes[label]);
    }
    set.samples = count();
    if (set.samples == 0) refuse(folder, "it has no images in folders of classes");
  }

  void digest(std::string_view part, DataDigest& digest) const {
    for (const std::string& path : set_.files) {
      digest.add_name(part, path.substr(folder_.string().size()), size_of(path));
    }
  }

  // `consequence` is what it means that a class has no images in this part.
  void tell(const std::string& consequence, std::vector<std::string>& notes) const {
    const std::string part = folder_.filename().string() + "/";
    const auto tell_of = [&](const std::string& what, const std::vector<std::string>& names) {
      if (!names.empty()) notes.push_back(what + few_of(names));
    };
    tell_of(part + " has no images of these classes, which are " + consequence + ": ", empty_);
    tell_of("left out, links that lead nowhere: ", links_.dangling);
    tell_of("left out, links to folders that are read already: ", links_.repeated);
  }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(set_.files.size()); }

  void add_class(const fs::path& folder, std::int64_t label) {
    FolderListing images = list_images(folder);
    set_.labels.insert(set_.labels.end(), images.names.size(), label);
    append(set_.files, std::move(images.names));
    append(links_.dangling, std::move(images.dangling));
    append(links_.repeated, std::move(images.repeated));
  }

  fs::path folder_;
  ImageSet& set_;
  FolderListing links_;
  std::vector<std::string> empty_;  // classes
};

}  // namespace

bool is_image_folder_built() noexcept {
  return is_image_codec_built();
}

std::vector<std::string> image_classes(const fs::path& folder) {
  std::error_code code;
  for (const char* part : {"train", "val"}) {
    if (!fs::is_directory(folder / part, code)) continue;
    std::vector<std::string> classes = list_subfolders(folder / part).names;
    if (classes.empty()) refuse(folder / part, "it has no classes");
    return classes;
  }
  refuse(folder, "it has neither train/ nor val/; " + describe_content(folder));
}

void load_image_folder(const fs::path& folder, DataPart part, std::int64_t image_size,
                       DataSet& data, DataDigest& digest) {
  if (!is_image_codec_built()) (void)decode_image({});  // raises an error that says what to install
  const std::vector<std::string> classes = image_classes(folder);
  digest.add_classes(classes);
  for (ImageSet* set : {&data.train, &data.heldout}) {
    set->channels = 3;
    set->height = set->width = image_size;
  }
  if (part == DataPart::both) {
    const PartListing train(folder / "train", classes, data.train);
    train.digest("train", digest);
    train.tell("never learned", data.notes);
  }
  const PartListing heldout(folder / "val", classes, data.heldout);
  heldout.digest("heldout", digest);
  heldout.tell("not evaluated", data.notes);
  data.mean = {.485F, .456F, .406F};
  data.stddev = {.229F, .224F, .225F};
}

}  // namespace actscope::core
