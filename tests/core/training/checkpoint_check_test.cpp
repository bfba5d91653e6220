// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/training/checkpoint_check.hpp"

#include <gtest/gtest.h>

#include "actscope/base/file.hpp"
#include "temporary_folder.hpp"
#include "training/checkpoint_file.hpp"

namespace actscope::core {
namespace {

TEST(CheckpointCheck, TellsAWholeCheckpointFromADamagedAndAMissingOne) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / checkpoint_name;
  EXPECT_NE(fault_of_checkpoint(path), "");
  CheckpointState state;
  state.config_digest = "any";
  write_checkpoint(path, state, {});
  EXPECT_EQ(fault_of_checkpoint(path), "");
  const std::string bytes = read_file(path, 1 << 20);
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    write_file_atomically(path, damaged);
    EXPECT_NE(fault_of_checkpoint(path), "") << "byte " << i;
  }
  write_file_atomically(path, bytes.substr(0, bytes.size() / 2));
  EXPECT_NE(fault_of_checkpoint(path), "");
}

}  // namespace
}  // namespace actscope::core
