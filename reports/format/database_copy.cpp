// SPDX-License-Identifier: Apache-2.0
#include "format/database_copy.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace fs = std::filesystem;
namespace {

// The index beside a write-ahead log (-shm) is made anew from the log.
constexpr std::array<const char*, 3> parts{"", "-wal", "-journal"};
constexpr int most_tries = 5;

[[noreturn]] void refuse(const fs::path& database, const std::string& why) {
  throw DataError(error_text("cannot read " + database.string(), why,
                             "free some space in " + fs::temp_directory_path().string() +
                                 ", name another by TMPDIR, or copy the folder yourself"));
}

// Sizes and times of the parts: equal before and after, nobody wrote meanwhile.
std::vector<std::int64_t> stamps_of(const fs::path& database) {
  std::vector<std::int64_t> stamps;
  for (const char* part : parts) {
    std::error_code code;
    const fs::path file = database.string() + part;
    stamps.push_back(fs::exists(file, code) ? static_cast<std::int64_t>(fs::file_size(file, code))
                                            : -1);
    stamps.push_back(fs::last_write_time(file, code).time_since_epoch().count());
  }
  return stamps;
}

}  // namespace

DatabaseCopy::DatabaseCopy(const fs::path& database) {
  std::error_code code;
  std::string name = (fs::temp_directory_path(code) / "actscope-trace-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    refuse(database,
           "a killed run left it in a folder that cannot be written to, and it cannot be "
           "copied: " +
               std::generic_category().message(errno));
  }
  folder_ = name;
  for (int tries = 0; tries < most_tries; ++tries) {
    const std::vector<std::int64_t> before = stamps_of(database);
    for (const char* part : parts) {
      const fs::path from = database.string() + part, to = path().string() + part;
      fs::remove(to, code);
      if (!fs::exists(from, code)) continue;
      fs::copy_file(from, to, code);
      if (!code) continue;
      const std::string why =
          "a killed run left it in a folder that cannot be written to, and it "
          "cannot be copied: " +
          code.message();
      fs::remove_all(folder_, code);
      refuse(database, why);
    }
    if (stamps_of(database) == before) return;
  }
  fs::remove_all(folder_, code);
  refuse(database, "another program writes to it");
}

DatabaseCopy::~DatabaseCopy() {
  std::error_code code;
  fs::remove_all(folder_, code);
}

}  // namespace actscope::reports
