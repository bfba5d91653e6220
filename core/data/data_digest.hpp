// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/sha256.hpp"

namespace actscope::core {

/// The SHA-256 of a data set read from files: its classes in the order of their labels, then each
/// file in the order it is read, by part, name and length, with its bytes where they are given.
/// Lengths stand before texts, so no two data sets feed it the same bytes.
/// Source  docs/decisions/0048
class DataDigest {
 public:
  DataDigest();

  void add_classes(const std::vector<std::string>& names);
  /// `part` is train or heldout; `name` is what the file is called in it, whatever folder it is in.
  void add_file(std::string_view part, std::string_view name, std::string_view bytes);
  /// A file whose content does not count. Units: bytes; -1 where the file cannot be read.
  void add_name(std::string_view part, std::string_view name, std::int64_t size_bytes);

  /// Lower-case hexadecimal, 64 characters; the object is spent.
  std::string hex_digest() { return digest_.hex_digest(); }

 private:
  void add_text(std::string_view text);

  Sha256 digest_;
};

}  // namespace actscope::core
