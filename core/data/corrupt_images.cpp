// SPDX-License-Identifier: Apache-2.0
#include "data/corrupt_images.hpp"

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

std::string line_of(const std::string& path, const std::string& reason) {
  return "skipped, cannot be read: " + path + " [" + reason + "]";
}

}  // namespace

const std::string& CorruptImages::path_of(std::int64_t sample) const {
  return set_.files[static_cast<std::size_t>(sample)];
}

void CorruptImages::add(const std::vector<CorruptImage>& images) {
  for (const CorruptImage& image : images) {
    if (!reasons_.emplace(image.sample, image.reason).second) continue;
    const std::string& path = path_of(image.sample);
    if (static_cast<double>(count()) > largest_share_ * static_cast<double>(set_.samples)) {
      throw DataError(error_text("too many images cannot be read",
                                 std::to_string(count()) + " of " + std::to_string(set_.samples) +
                                     ", the last " + path + ": " + image.reason,
                                 "repair them, or allow more with --max-corrupt-share"));
    }
    if (note_) note_(line_of(path, image.reason));
  }
}

std::vector<std::string> CorruptImages::paths() const {
  std::vector<std::string> paths;
  for (const auto& [sample, reason] : reasons_) paths.push_back(path_of(sample));
  return paths;
}

std::vector<std::string> CorruptImages::lines() const {
  std::vector<std::string> lines;
  for (const auto& [sample, reason] : reasons_) lines.push_back(line_of(path_of(sample), reason));
  return lines;
}

}  // namespace actscope::core
