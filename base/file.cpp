// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/file.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/units.hpp"

namespace actscope {
namespace fs = std::filesystem;
namespace {

std::string reason(int code) {
  return std::generic_category().message(code);
}

}  // namespace

std::string read_file(const fs::path& path, std::int64_t limit_bytes) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) {
    throw DataError(error_text("cannot read " + path.string(), "no such file"));
  }
  if (fs::is_directory(status)) {
    throw DataError(error_text("cannot read " + path.string(), "it is a folder, not a file"));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw DataError(error_text("cannot read " + path.string(), reason(errno)));
  std::string bytes;
  std::array<char, 1 << 16> piece{};
  while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
    bytes.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
    if (static_cast<std::int64_t>(bytes.size()) > limit_bytes) {
      throw DataError(error_text("cannot read " + path.string(),
                                 "it is larger than " + format_bytes(limit_bytes)));
    }
  }
  if (stream.bad()) throw DataError(error_text("cannot read " + path.string(), "input error"));
  return bytes;
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.append(bytes);
  file.commit();
}

bool is_unused_folder(const fs::path& folder) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return false;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(folder_lease_name) && !is_temporary_name(name, manifest_name)) {
      return false;
    }
  }
  return !code;
}

void prepare_output_folder(const fs::path& folder, ExistingFolder existing) {
  const auto refuse = [&](const std::string& why, const std::string& remedy) {
    throw EnvironmentError(
        error_text("cannot use the output folder " + folder.string(), why, remedy));
  };
  std::error_code code;
  const bool existed = fs::exists(folder, code);
  if (existed && !fs::is_directory(folder, code)) refuse("it is not a folder", "name another");
  if (existed && existing == ExistingFolder::refuse_unless_empty && !is_unused_folder(folder)) {
    refuse("it is not empty", "name another, --force to start over or --resume to continue");
  }
  fs::create_directories(folder, code);
  if (code) refuse(code.message(), "name a folder that can be written to");
  std::string probe = (folder / ".actscope-probe-XXXXXX").string();
  const int fd = ::mkstemp(probe.data());
  if (fd < 0) refuse(reason(errno), "name a folder that can be written to");
  ::close(fd);
  ::unlink(probe.c_str());
}

}  // namespace actscope
