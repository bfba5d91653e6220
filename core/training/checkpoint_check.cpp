// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/checkpoint_check.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "training/checkpoint_file.hpp"

namespace actscope::core {

std::string fault_of_checkpoint(const std::filesystem::path& path) {
  try {
    const std::string bytes = read_file(path, std::int64_t{1} << 40);
    (void)parse_checkpoint(bytes, path.string());
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace actscope::core
