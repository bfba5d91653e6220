// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <fstream>
#include <system_error>

#include "actscope/base/error.hpp"
#include "snapshot/builder.hpp"

namespace actscope::reports {
namespace {

Snapshot build_snapshot(PickleScanner& scanner) {
  SnapshotBuilder builder(scanner);
  while (builder.take(scanner.next())) {
  }
  return builder.snapshot();
}

}  // namespace

Snapshot read_snapshot_bytes(std::string_view bytes, const std::string& source) {
  std::size_t at = 0;
  const auto read = [&](char* buffer, std::size_t size) {
    const std::size_t some = std::min(size, bytes.size() - at);
    std::memcpy(buffer, bytes.data() + at, some);
    at += some;
    return some;
  };
  PickleScanner scanner(read, bytes.size(), source);
  return build_snapshot(scanner);
}

Snapshot read_snapshot(const std::filesystem::path& file, const ReadingProgress& progress) {
  std::error_code code;
  const std::uint64_t file_bytes = std::filesystem::file_size(file, code);
  std::ifstream stream(file, std::ios::binary);
  if (code || !stream) throw DataError(error_text("cannot read " + file.string()));
  std::uint64_t done = 0;
  const auto read = [&](char* buffer, std::size_t size) {
    const double share = static_cast<double>(done) / static_cast<double>(file_bytes);
    if (progress && !progress(share)) throw RunError("the reading was stopped");
    stream.read(buffer, static_cast<std::streamsize>(size));
    if (stream.bad()) throw DataError(error_text("cannot read " + file.string()));
    const auto some = static_cast<std::size_t>(stream.gcount());
    done += some;
    return some;
  };
  PickleScanner scanner(read, file_bytes, file.string());
  return build_snapshot(scanner);
}

}  // namespace actscope::reports
