// SPDX-License-Identifier: Apache-2.0
#include "output_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

TEST(CheckWritable, asks_the_nearest_folder_that_exists) {
  const ScratchFolder scratch;
  EXPECT_NO_THROW(check_writable(scratch.path(), "it"));
  EXPECT_NO_THROW(check_writable(scratch / "a/b/c/", "it"));
  EXPECT_NO_THROW(check_writable("relative/folder", "it"));
  scratch.write("file", "");
  EXPECT_THAT([&] { check_writable(scratch / "file/a", "the thing"); },
              ThrowsMessage<EnvironmentError>(HasSubstr("the thing")));
}

TEST(CheckTarget, wants_a_folder_that_is_there_or_will_be_made) {
  const ScratchFolder scratch;
  EXPECT_NO_THROW(check_target(scratch / "weights", "the weights"));
  EXPECT_THAT([&] { check_target(scratch / "none/weights", "the weights"); },
              ThrowsMessage<EnvironmentError>(HasSubstr("cannot write the weights")));
  EXPECT_NO_THROW(check_target(scratch / "none/weights", "the weights", scratch / "none/"));
}

TEST(DocumentFile, is_in_the_folder_or_what_is_no_folder) {
  const ScratchFolder scratch;
  EXPECT_EQ(document_file("", "a.json"), "");
  EXPECT_EQ(document_file(scratch.path(), "a.json"), scratch / "a.json");
  EXPECT_EQ(document_file(scratch / "new", "a.json"), scratch / "new/a.json");
  EXPECT_EQ(document_file(scratch / "b.json", "a.json"), scratch / "b.json");
  EXPECT_EQ(document_file("/dev/null", "a.json"), "/dev/null");
}

TEST(MissingFolders, are_those_that_would_have_to_be_made) {
  const ScratchFolder scratch;
  EXPECT_THAT(missing_folders(scratch.path()), IsEmpty());
  EXPECT_THAT(missing_folders(scratch / "a/b"), ElementsAre(scratch / "a/b", scratch / "a"));
}

TEST(WholePath, has_neither_dots_nor_a_slash_at_its_end) {
  EXPECT_EQ(whole_path("/a/b/../c/"), "/a/c");
  EXPECT_EQ(whole_path("/a/./b"), "/a/b");
}

}  // namespace
}  // namespace actscope::app
