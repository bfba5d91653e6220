// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {
namespace fs = std::filesystem;

class FileTest : public testing::Test {
 protected:
  FileTest() {
    std::string name = (fs::temp_directory_path() / "actscope-file-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~FileTest() override { fs::remove_all(folder_); }

  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
};

TEST_F(FileTest, ReadsWhatWasWritten) {
  const std::string bytes("a\0b\n", 4);
  write_file_atomically(folder_ / "f", bytes);
  EXPECT_EQ(read_file(folder_ / "f"), bytes);
  write_file_atomically(folder_ / "f", "");
  EXPECT_EQ(read_file(folder_ / "f"), "");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(FileTest, ReadingRefusesWhatIsNoFile) {
  EXPECT_THROW(read_file(folder_ / "none"), DataError);
  EXPECT_THROW(read_file(folder_), DataError);
  write_file_atomically(folder_ / "f", "12345");
  EXPECT_THROW(read_file(folder_ / "f", 4), DataError);
}

TEST_F(FileTest, APipeIsReadToItsEnd) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::jthread late([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(120));  // opened after the reader
    std::ofstream writer(pipe);
    writer << std::string(200'000, 'a') << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(120));
    writer << "b";
  });
  EXPECT_EQ(read_file(pipe), std::string(200'000, 'a') + "b");
}

TEST_F(FileTest, APipeThatWasClosedWithoutAWordIsEmpty) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::jthread silent([&] { const std::ofstream writer(pipe); });
  EXPECT_EQ(read_file(pipe), "");
}

TEST_F(FileTest, APipeOfNobodyIsNotWaitedForWithoutEnd) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  try {
    (void)read_file(pipe);
    FAIL() << "read";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("nobody writes to this pipe"), std::string::npos);
  }
}

TEST_F(FileTest, WhatCannotBeReachedIsNotCalledMissing) {
  fs::create_symlink("loop", folder_ / "loop");
  try {
    (void)read_file(folder_ / "loop" / "f");
    FAIL() << "read";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("symbolic links"), std::string::npos) << error.what();
  }
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
  write_file_atomically(folder_ / "f", "old");
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 1000;  // the disk "fills" after a thousand bytes
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(write_file_atomically(folder_ / "f", std::string(5000, 'x')), EnvironmentError);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read_file(folder_ / "f"), "old");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(FileTest, WritingBelowAFileIsRefused) {
  write_file_atomically(folder_ / "f", "x");
  EXPECT_THROW(write_file_atomically(folder_ / "f" / "g", "y"), EnvironmentError);
}

TEST_F(FileTest, WritingOverAFolderIsRefusedAndLeavesNothing) {
  fs::create_directory(folder_ / "d");
  EXPECT_THROW(write_file_atomically(folder_ / "d", "y"), EnvironmentError);
  EXPECT_THROW(write_file_atomically(folder_ / "none" / "f", "y"), EnvironmentError);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(FileTest, AnUnendingFileStopsAtTheLimit) {
  EXPECT_THROW(read_file("/dev/zero", 1 << 20), DataError);
}

TEST_F(FileTest, OutputFolderIsMadeWhenMissing) {
  prepare_output_folder(folder_ / "a" / "b", ExistingFolder::refuse_unless_empty);
  EXPECT_TRUE(fs::is_empty(folder_ / "a" / "b"));
}

TEST_F(FileTest, OutputFolderThatIsUsedIsRefused) {
  write_file_atomically(folder_ / "report.json", "{}");
  write_file_atomically(folder_ / "mine.txt", "keep me");
  EXPECT_THROW(prepare_output_folder(folder_, ExistingFolder::refuse_unless_empty),
               EnvironmentError);
  EXPECT_EQ(entries(), 2U);
  prepare_output_folder(folder_, ExistingFolder::keep);
  EXPECT_EQ(entries(), 2U);
  prepare_output_folder(folder_, ExistingFolder::start_over);
  EXPECT_EQ(entries(), 2U);
  EXPECT_EQ(read_file(folder_ / "mine.txt"), "keep me");
}

TEST_F(FileTest, AFolderThatSomebodyOnlyLooksAtIsUnused) {
  EXPECT_TRUE(is_unused_folder(folder_));
  write_file_atomically(folder_ / ".actscope-lease", "");
  EXPECT_TRUE(is_unused_folder(folder_));
  prepare_output_folder(folder_, ExistingFolder::refuse_unless_empty);
  write_file_atomically(folder_ / "mine", "");
  EXPECT_FALSE(is_unused_folder(folder_));
  EXPECT_FALSE(is_unused_folder(folder_ / "mine"));
  EXPECT_FALSE(is_unused_folder(folder_ / "none"));
}

TEST_F(FileTest, OutputFolderThatIsAFileIsRefused) {
  write_file_atomically(folder_ / "f", "x");
  for (const auto existing :
       {ExistingFolder::refuse_unless_empty, ExistingFolder::start_over, ExistingFolder::keep}) {
    EXPECT_THROW(prepare_output_folder(folder_ / "f", existing), EnvironmentError);
    EXPECT_THROW(prepare_output_folder(folder_ / "f" / "below", existing), EnvironmentError);
  }
}

}  // namespace
}  // namespace actscope
