// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/core/data/dataset.hpp"

namespace actscope::core {

/// An image of a set that could not be read.
struct CorruptImage {
  std::int64_t sample = 0;  ///< its place in the set
  std::string reason;
};

/// Names the images of one set that could not be read, each once, and says when they are too many.
class CorruptImages {
 public:
  /// `set` outlives this; `note` gets a line for each image. May be empty.
  CorruptImages(const ImageSet& set, double largest_share,
                std::function<void(std::string_view)> note)
      : set_(set), largest_share_(largest_share), note_(std::move(note)) {}

  /// Errors  DataError: more than the stated share of the set, naming the last one
  void add(const std::vector<CorruptImage>& images);

  std::int64_t count() const noexcept { return static_cast<std::int64_t>(reasons_.size()); }
  /// Paths, in the order of the set.
  std::vector<std::string> paths() const;
  /// A line for each, in the order of the set: its path and what is wrong with it.
  std::vector<std::string> lines() const;

 private:
  const std::string& path_of(std::int64_t sample) const;

  const ImageSet& set_;
  double largest_share_;
  std::function<void(std::string_view)> note_;
  std::map<std::int64_t, std::string> reasons_;  // by sample
};

}  // namespace actscope::core
