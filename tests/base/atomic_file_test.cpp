// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/atomic_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

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
  EXPECT_THROW(AtomicFile(folder_ / "f"), EnvironmentError);
  fs::create_directory_symlink("f", folder_ / "link");
  EXPECT_THROW(AtomicFile(folder_ / "link"), EnvironmentError);
  EXPECT_EQ(files(), 2);
}

TEST_F(AtomicFileTest, FollowsLinksAndReplacesWhatTheyLeadTo) {
  fs::create_directory(folder_ / "far");
  std::ofstream(folder_ / "far" / "f") << "old";
  fs::create_symlink("far/f", folder_ / "near");
  fs::create_symlink(folder_ / "near", folder_ / "link");
  fs::create_symlink("far/new", folder_ / "to come");
  for (const char* name : {"link", "to come"}) write_file_atomically(folder_ / name, "new");
  for (const char* name : {"link", "near", "to come"}) {
    EXPECT_TRUE(fs::is_symlink(folder_ / name)) << name;
  }
  EXPECT_EQ(read("far/f"), "new");
  EXPECT_EQ(read("far/new"), "new");
  EXPECT_EQ(files(), 4);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "far"), {}), 2);
}

TEST_F(AtomicFileTest, LinksInCirclesAndToNowhereAreErrors) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  fs::create_symlink("none/f", folder_ / "c");
  EXPECT_THROW(write_file_atomically(folder_ / "a", "x"), EnvironmentError);
  EXPECT_THROW(write_file_atomically(folder_ / "c", "x"), EnvironmentError);
  EXPECT_TRUE(fs::is_symlink(folder_ / "a"));
}

TEST_F(AtomicFileTest, ANamedPipeIsWrittenThroughAndStays) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  fs::create_symlink("pipe", folder_ / "link");
  const std::string bytes(300'000, 'x');  // more than a pipe holds
  for (const char* name : {"pipe", "link"}) {
    std::string arrived;
    std::thread reader([&] {
      std::ifstream stream(pipe, std::ios::binary);
      arrived.assign(std::istreambuf_iterator<char>(stream), {});
    });
    write_file_atomically(folder_ / name, bytes);
    reader.join();
    EXPECT_EQ(arrived, bytes) << name;
    EXPECT_TRUE(fs::is_fifo(pipe)) << name;
  }
}

TEST_F(AtomicFileTest, APipeWhoseReaderIsGoneIsAnErrorAndNotTheEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  const std::string name = "/proc/self/fd/" + std::to_string(ends[1]);
  EXPECT_THROW(write_file_atomically(name, "x"), EnvironmentError);
  ::close(ends[1]);
  EXPECT_THROW(write_file_atomically(name, "x"), EnvironmentError);  // not open any more
}

TEST_F(AtomicFileTest, AnOpenFileKeepsItsPlace) {
  const int file = ::open((folder_ / "f").c_str(), O_CREAT | O_RDWR, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "first ", 6), 6);
  fs::create_symlink("/dev/fd/" + std::to_string(file), folder_ / "link");
  for (const fs::path& name :
       {fs::path("/proc/self/fd") / std::to_string(file), folder_ / "link"}) {
    write_file_atomically(name, "then ");
  }
  ASSERT_EQ(::write(file, "last", 4), 4);
  ::close(file);
  EXPECT_EQ(read("f"), "first then then last");
}

TEST_F(AtomicFileTest, DevicesAreWrittenThrough) {
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  fs::create_symlink("/dev/null", folder_ / "null");
  write_file_atomically(folder_ / "null", "x");
  EXPECT_TRUE(fs::is_symlink(folder_ / "null"));
  EXPECT_THROW(write_file_atomically("/dev/full", "x"), EnvironmentError);
}

TEST_F(AtomicFileTest, PermissionsStayAndNewFilesFollowTheUmask) {
  const auto mode = [&](const char* name) {
    struct stat found {};
    ::stat((folder_ / name).c_str(), &found);
    return found.st_mode & 07777;
  };
  const mode_t before = ::umask(027);
  write_file_atomically(folder_ / "new", "x");
  ::umask(before);
  EXPECT_EQ(mode("new"), 0640U);
  for (const mode_t given : {0600U, 0666U, 0755U, 0604U}) {
    ASSERT_EQ(::chmod((folder_ / "new").c_str(), given), 0);
    write_file_atomically(folder_ / "new", "y");
    EXPECT_EQ(mode("new"), given);
  }
}

TEST_F(AtomicFileTest, TellsItsUnfinishedFilesFromOthers) {
  std::string name;
  {
    AtomicFile file(folder_ / "f.json");
    name = fs::directory_iterator(folder_)->path().filename();
  }
  EXPECT_TRUE(is_temporary_name(name, "f.json"));
  for (const char* of : {"f", "f.jso", "g.json", ""}) EXPECT_FALSE(is_temporary_name(name, of));
  for (const char* other : {"f.json", "f.json.partial-", "f.json.partial-abc",
                            "f.json.partial-ABCDEFGH", "f.json.partial-abcdefghi"}) {
    EXPECT_FALSE(is_temporary_name(other, "f.json")) << other;
  }
}

}  // namespace
}  // namespace actscope
