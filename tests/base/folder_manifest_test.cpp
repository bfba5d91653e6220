// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/folder_manifest.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope {
namespace {
namespace fs = std::filesystem;

class FolderManifestTest : public testing::Test {
 protected:
  FolderManifestTest() {
    std::string name = (fs::temp_directory_path() / "actscope-manifest-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FolderManifestTest() override { fs::remove_all(folder_); }
  void write(const char* name) const { write_file_atomically(folder_ / name, "x"); }
  bool has(const char* name) const { return fs::exists(fs::symlink_status(folder_ / name)); }

  fs::path folder_;
};

TEST_F(FolderManifestTest, SaysWhatWasWritten) {
  EXPECT_FALSE(read_manifest(folder_));
  write_manifest(folder_, {"run", {"a", "b c"}});
  note_in_manifest(folder_ / "d");
  note_in_manifest(folder_ / "d");
  const auto manifest = read_manifest(folder_);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->kind, "run");
  EXPECT_EQ(manifest->files, (std::vector<std::string>{"a", "b c", "d"}));
}

TEST_F(FolderManifestTest, AFolderWithoutOneGetsNoneByANote) {
  note_in_manifest(folder_ / "a");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(FolderManifestTest, RemovesWhatItListsAndNothingElse) {
  for (const char* name : {"a", "b", "mine", "a.mine", "a.partial-0a1b2c3d", "b.partial-mine"}) {
    write(name);
  }
  fs::create_symlink("mine", folder_ / "link");
  remove_listed_files(folder_, {"run", {"a", "b", "link", "none"}});
  for (const char* name : {"a", "b", "link", "a.partial-0a1b2c3d"}) EXPECT_FALSE(has(name)) << name;
  for (const char* name : {"mine", "a.mine", "b.partial-mine"}) EXPECT_TRUE(has(name)) << name;
}

TEST_F(FolderManifestTest, NeverRemovesAFolder) {
  fs::create_directory(folder_ / "a");
  EXPECT_THROW(remove_listed_files(folder_, {"run", {"a"}}), EnvironmentError);
  EXPECT_TRUE(has("a"));
}

TEST_F(FolderManifestTest, OneThatReachesOutsideOrIsDamagedIsNone) {
  for (const char* text :
       {"", "actscope folder 1\n", "actscope folder 2\nkind run\n", "kind run\n",
        "actscope folder 1\nkind run\nfile ../a\n", "actscope folder 1\nkind run\nfile /etc/a\n",
        "actscope folder 1\nkind run\nfile ..\n", "actscope folder 1\nkind run\nfile \n"}) {
    write_file_atomically(folder_ / manifest_name, text);
    EXPECT_FALSE(read_manifest(folder_)) << text;
  }
}

}  // namespace
}  // namespace actscope
