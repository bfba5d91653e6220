// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/atomic_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
 protected:
  AtomicFileTest()
      : folder_(fs::temp_directory_path() / ("actscope-atomic-" + std::to_string(::getpid()))) {
    fs::create_directory(folder_);
  }
  ~AtomicFileTest() override { fs::remove_all(folder_); }

  std::string read(const char* name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
};

TEST_F(AtomicFileTest, ShowsTheOldFileUntilTheNewOneIsWhole) {
  std::ofstream(folder_ / "f") << "old";
  {
    AtomicFile file(folder_ / "f");
    file.append("ne");
    EXPECT_EQ(read("f"), "old");
    file.append("");
    file.append("w");
    file.commit();
  }
  EXPECT_EQ(read("f"), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFileTest, LeavesNothingBehindWithoutCommit) {
  {
    AtomicFile file(folder_ / "f");
    file.append("part");
    EXPECT_EQ(files(), 1);
  }
  EXPECT_EQ(files(), 0);
}

TEST_F(AtomicFileTest, RefusesAFolderThatIsNotThereAndTheNameOfOne) {
  EXPECT_THROW(AtomicFile(folder_ / "none" / "f"), EnvironmentError);
  fs::create_directory(folder_ / "f");
  {
    AtomicFile file(folder_ / "f");
    EXPECT_THROW(file.commit(), EnvironmentError);
  }
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace actscope
