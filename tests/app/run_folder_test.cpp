// SPDX-License-Identifier: Apache-2.0
#include "run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr auto refuse = ExistingFolder::refuse_unless_empty;

TEST(RunFolder, without_a_path_does_nothing) {
  RunFolder folder("", refuse);
  EXPECT_NO_THROW(folder.check());
  folder.start("document");
  EXPECT_FALSE(folder.is_started());
  EXPECT_NO_THROW(folder.write_report("document"));
  EXPECT_NO_THROW(folder.remove_checkpoint());
}

TEST(RunFolder, is_made_at_the_start_and_not_before) {
  const ScratchFolder scratch;
  RunFolder folder(scratch / "a/b", refuse);
  folder.check();
  EXPECT_TRUE(fs::is_empty(scratch.path()));
  folder.start("first");
  EXPECT_TRUE(folder.is_started());
  EXPECT_EQ(text_of(scratch / "a/b/report.json"), "first");
  folder.write_report("second");
  EXPECT_EQ(text_of(scratch / "a/b/report.json"), "second");
}

TEST(RunFolder, refuses_what_is_used) {
  const ScratchFolder scratch;
  scratch.write("mine", "mine");
  const RunFolder used(scratch.path(), refuse);
  EXPECT_THAT([&] { used.check(); }, ThrowsMessage<EnvironmentError>(HasSubstr("not empty")));
  EXPECT_NO_THROW(RunFolder(scratch.path(), ExistingFolder::keep).check());
  EXPECT_NO_THROW(RunFolder(scratch.path(), ExistingFolder::start_over).check());
  for (const char* name : {"mine", "mine/below", "mine/far/below"}) {
    const RunFolder file(scratch / name, ExistingFolder::keep);
    EXPECT_THAT([&] { file.check(); }, ThrowsMessage<EnvironmentError>(HasSubstr("folder")))
        << name;
  }
}

TEST(RunFolder, starting_over_removes_the_earlier_run_and_nothing_else) {
  const ScratchFolder scratch;
  for (const char* name : {"report.json", "checkpoint.pt", "mine"}) scratch.write(name, "old");
  RunFolder folder(scratch.path(), ExistingFolder::start_over);
  folder.start();
  EXPECT_FALSE(fs::exists(scratch / "report.json"));
  EXPECT_FALSE(fs::exists(scratch / "checkpoint.pt"));
  EXPECT_EQ(text_of(scratch / "mine"), "old");
}

TEST(RunFolder, continuing_keeps_everything_until_the_checkpoint_is_spent) {
  const ScratchFolder scratch;
  for (const char* name : {"report.json", "checkpoint.pt"}) scratch.write(name, "old");
  RunFolder folder(scratch.path(), ExistingFolder::keep);
  folder.start();
  EXPECT_EQ(text_of(scratch / "report.json"), "old");
  EXPECT_EQ(text_of(scratch / "checkpoint.pt"), "old");
  folder.remove_checkpoint();
  EXPECT_FALSE(fs::exists(scratch / "checkpoint.pt"));
}

TEST(RunFolder, that_cannot_take_the_report_is_gone_again) {
  const ScratchFolder scratch;
  // A folder stands where the report should: the write fails as on a full disk.
  fs::create_directories(scratch / "kept/report.json/x");
  RunFolder folder(scratch / "kept", ExistingFolder::keep);
  EXPECT_THROW(folder.start("document"), EnvironmentError);
  EXPECT_FALSE(folder.is_started());
  EXPECT_TRUE(fs::exists(scratch / "kept/report.json/x"));
  RunFolder impossible("/proc/actscope/out", refuse);
  EXPECT_THROW(impossible.start("document"), EnvironmentError);
}

TEST(CheckWritable, asks_the_nearest_folder_that_exists) {
  const ScratchFolder scratch;
  EXPECT_NO_THROW(check_writable(scratch.path(), "it"));
  EXPECT_NO_THROW(check_writable(scratch / "a/b/c/", "it"));
  EXPECT_NO_THROW(check_writable("relative/folder", "it"));
  scratch.write("file", "");
  EXPECT_THAT([&] { check_writable(scratch / "file/a", "the thing"); },
              ThrowsMessage<EnvironmentError>(HasSubstr("the thing")));
}

}  // namespace
}  // namespace actscope::app
