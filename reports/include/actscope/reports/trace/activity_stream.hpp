// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/activity_record.hpp"

namespace actscope::reports {

/// A recorded stream of a device's records: what a test replays without the device.
struct ActivityStream {
  std::vector<std::string> names;  ///< by the numbers that places are made of
  std::vector<ActivityRecord> records;
  std::int64_t unreadable_records = 0;  ///< of a kind that is not known, or too short
  bool is_truncated = false;            ///< the last record is not whole
};

/// Made, or made anew, at the first write. "ActR", the version (1), then records: length, kind,
/// fields, little-endian. A reader passes over kinds that it does not know.
/// Errors  (of write) EnvironmentError: not writable, disk full
std::unique_ptr<ActivitySink> make_activity_file(const std::filesystem::path& file);

/// The same bytes without a file.
std::string activity_bytes(const std::vector<std::string>& names,
                           const std::vector<ActivityRecord>& records);

/// `source` is for messages.
/// Errors  ReportFormatError: no such stream, or of a later version. Damaged records are counted
ActivityStream read_activity_stream(std::string_view bytes, const std::string& source);

}  // namespace actscope::reports
