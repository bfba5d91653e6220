// SPDX-License-Identifier: Apache-2.0
#include "run/run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "actscope/base/error.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

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
  RunFolder used(scratch.path(), refuse);
  EXPECT_THAT([&] { used.check(); }, ThrowsMessage<EnvironmentError>(HasSubstr("not empty")));
  EXPECT_NO_THROW(RunFolder(scratch.path(), ExistingFolder::keep).check());
  EXPECT_EQ(names_in(scratch.path()), std::set<std::string>{"mine"});
  for (const char* name : {"mine", "mine/below", "mine/far/below"}) {
    RunFolder file(scratch / name, ExistingFolder::keep);
    EXPECT_THAT([&] { file.check(); }, ThrowsMessage<EnvironmentError>(HasSubstr("folder")))
        << name;
  }
}

// A folder with a run of `trace` level in it and, where asked, a file of somebody else.
void make_run(const fs::path& path, const std::string& trace) {
  RunFolder folder(path, refuse, trace);
  folder.start("report");
}

TEST(RunFolder, starting_over_removes_the_earlier_run_and_nothing_else) {
  const ScratchFolder scratch;
  make_run(scratch / "run", "timeline");
  for (const char* name :
       {"run/checkpoint.safetensors", "run/trace.db", "run/trace.db-wal", "run/mine",
        "run/checkpoint.pt", "run/memory.pickle", "run/report.html"}) {
    scratch.write(name, "old");
  }
  RunFolder folder(scratch / "run", ExistingFolder::start_over);
  folder.check();
  EXPECT_EQ(text_of(scratch / "run/report.json"), "report");
  folder.start();
  // Files with names that other runs use, but not this one: somebody else has put them there.
  EXPECT_EQ(names_in(scratch / "run"),
            (std::set<std::string>{".actscope", ".actscope-lease", "checkpoint.pt", "memory.pickle",
                                   "mine", "report.html"}));
}

TEST(RunFolder, starting_over_refuses_what_no_run_has_made) {
  const ScratchFolder scratch;
  const auto refusal = [&](auto... files) {
    const ScratchFolder other;
    (other.write(files.first, files.second), ...);
    const std::set<std::string> before = names_in(other.path());
    RunFolder folder(other.path(), ExistingFolder::start_over);
    EXPECT_THAT([&] { folder.check(); },
                ThrowsMessage<EnvironmentError>(HasSubstr("cannot start over")));
    EXPECT_EQ(names_in(other.path()), before);
  };
  using File = std::pair<std::string, std::string>;
  const std::string report = R"({"schema":{"name":"actscope.run","version":"1.4"}})";
  refusal(File{"mine", "x"});
  refusal(File{"report.json", "{}"});
  refusal(File{"report.json", R"({"schema":{"name":"theirs","version":"1"}})"},
          File{"trace.db", "x"});
  refusal(File{"trace.db", "x"});
  refusal(File{"report.json", report}, File{"mine", "x"});
  refusal(File{".actscope", "actscope folder 1\nkind sweep\n"});
  refusal(File{".actscope", "actscope folder 1\nkind run\nfile ../mine\n"});
}

TEST(RunFolder, starting_over_knows_the_runs_of_earlier_versions) {
  const ScratchFolder scratch;
  scratch.write("report.json", R"({"schema":{"name":"actscope.run","version":"1.4"}})");
  for (const char* name : {"checkpoint.pt", "trace.db", "trace.pftrace", "report.json.a1B2c3"}) {
    scratch.write(name, "old");
  }
  RunFolder folder(scratch.path(), ExistingFolder::start_over);
  folder.check();
  folder.start();
  EXPECT_EQ(names_in(scratch.path()), (std::set<std::string>{".actscope", ".actscope-lease"}));
}

TEST(RunFolder, starting_over_does_not_write_over_files_of_others) {
  const ScratchFolder scratch;
  make_run(scratch / "run", "off");
  scratch.write("run/trace.db", "mine");
  RunFolder folder(scratch / "run", ExistingFolder::start_over, "timeline");
  EXPECT_THAT([&] { folder.start(); },
              ThrowsMessage<EnvironmentError>(HasSubstr("trace.db is in the way")));
  EXPECT_EQ(text_of(scratch / "run/trace.db"), "mine");
}

TEST(RunFolder, continuing_keeps_everything_until_the_checkpoint_is_spent) {
  const ScratchFolder scratch;
  for (const char* name : {"report.json", "checkpoint.safetensors"}) scratch.write(name, "old");
  RunFolder folder(scratch.path(), ExistingFolder::keep);
  folder.start();
  EXPECT_EQ(text_of(scratch / "report.json"), "old");
  EXPECT_EQ(text_of(scratch / "checkpoint.safetensors"), "old");
  folder.remove_checkpoint();
  EXPECT_FALSE(fs::exists(scratch / "checkpoint.safetensors"));
}

TEST(RunFolder, is_held_by_one_run_at_a_time) {
  const ScratchFolder scratch;
  const fs::path path = scratch / "run";
  const auto is_held = testing::AllOf(HasSubstr("another run works in it"),
                                      HasSubstr("process " + std::to_string(::getpid())));
  {
    RunFolder living(path, refuse);
    living.start("report");
    for (const auto existing : {ExistingFolder::start_over, ExistingFolder::keep}) {
      RunFolder other(path, existing);
      EXPECT_THAT([&] { other.check(); }, ThrowsMessage<EnvironmentError>(is_held));
      EXPECT_THAT([&] { other.start("other"); }, ThrowsMessage<EnvironmentError>(is_held));
    }
    EXPECT_EQ(text_of(path / "report.json"), "report");
    EXPECT_EQ(names_in(path),
              (std::set<std::string>{".actscope", ".actscope-lease", "report.json"}));
  }
  EXPECT_EQ(names_in(path), (std::set<std::string>{".actscope", "report.json"}));
  RunFolder next(path, ExistingFolder::start_over);
  next.check();
  RunFolder late(path, ExistingFolder::keep);
  EXPECT_THAT([&] { late.check(); }, ThrowsMessage<EnvironmentError>(is_held));
}

TEST(RunFolder, of_a_run_elsewhere_that_does_not_answer_is_waited_for) {
  const ScratchFolder scratch;
  make_run(scratch / "run", "off");
  ProcessIdentity elsewhere = this_process();
  elsewhere.boot = "another boot";
  LeaseObserver there(elsewhere);
  const auto lease = Lease::try_take(scratch / "run/.actscope-lease", there);
  int waits = 0;
  RunFolder folder(scratch / "run", ExistingFolder::keep, "off", [&] { return ++waits < 3; });
  EXPECT_THAT([&] { folder.check(); },
              ThrowsMessage<EnvironmentError>(HasSubstr("if that still lives")));
  EXPECT_EQ(waits, 3);
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

}  // namespace
}  // namespace actscope::app
