// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/reports/format/reading_progress.hpp"

namespace actscope::reports {

/// The bytes of a file, portion by portion; those of a gzip file unpacked.
class InflatedFile {
 public:
  /// Errors  DataError: missing, not readable
  explicit InflatedFile(const std::filesystem::path& file, ReadingProgress progress = {});
  ~InflatedFile();
  InflatedFile(const InflatedFile&) = delete;
  InflatedFile& operator=(const InflatedFile&) = delete;

  /// The next bytes; empty at the end, or where progress stopped it. They hold until the next call.
  /// Errors  ReportFormatError: packed bytes are damaged, cut off, or unpack to more than 400 times
  ///         their size
  std::string_view next();
  bool is_stopped() const { return is_stopped_; }

 private:
  std::string_view read_file();
  [[noreturn]] void refuse(const std::string& why) const;

  std::filesystem::path path_;
  ReadingProgress progress_;
  std::ifstream stream_;
  std::uint64_t size_ = 0, taken_ = 0, given_ = 0;
  std::vector<char> packed_, bytes_;
  std::unique_ptr<z_stream> inflater_;
  bool is_started_ = false, is_stopped_ = false, is_member_open_ = false;
};

/// The bytes that `deflated` packed.
/// Errors  ReportFormatError, by `source`: damaged, cut off, or 400 times larger than packed
std::string inflated(std::string_view packed, const std::string& source);

}  // namespace actscope::reports
