// SPDX-License-Identifier: Apache-2.0
#include "corrupt_images.hpp"

#include "actscope/base/error.hpp"

namespace actscope::core {

void CorruptImages::add(const std::vector<std::int64_t>& samples) {
  for (const std::int64_t sample : samples) {
    if (!samples_.insert(sample).second) continue;
    const std::string& path = set_.files[static_cast<std::size_t>(sample)];
    if (static_cast<double>(count()) > largest_share_ * static_cast<double>(set_.samples)) {
      throw DataError(error_text(
          "too many images cannot be read",
          std::to_string(count()) + " of " + std::to_string(set_.samples) + ", the last " + path,
          "repair them, or allow more with --max-corrupt-share"));
    }
    if (note_) note_("skipped, cannot be read: " + path);
  }
}

std::vector<std::string> CorruptImages::paths() const {
  std::vector<std::string> paths;
  for (const std::int64_t sample : samples_) {
    paths.push_back(set_.files[static_cast<std::size_t>(sample)]);
  }
  return paths;
}

}  // namespace actscope::core
