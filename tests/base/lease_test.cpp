// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/lease.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/kept_lease.hpp"

namespace actscope {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;
using namespace std::chrono_literals;

class LeaseTest : public testing::Test {
 protected:
  LeaseTest() {
    std::string name = (fs::temp_directory_path() / "actscope-lease-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    file_ = folder_ / "lease";
  }
  ~LeaseTest() override { fs::remove_all(folder_); }

  // An observer whose clock stands still until it is moved.
  LeaseObserver observer(ProcessIdentity self = this_process()) {
    return LeaseObserver(std::move(self), [this] { return now_; });
  }
  static ProcessIdentity elsewhere() {
    ProcessIdentity one = this_process();
    one.host = "elsewhere";
    one.boot = "another boot";
    return one;
  }
  static ProcessIdentity in_a_container() {
    ProcessIdentity one = this_process();
    one.namespaces = "pid:[1]";
    return one;
  }
  // The holder touched the file at a time of its own clock.
  void touch_at(std::int64_t second) const {
    const timespec times[2] = {{second, 0}, {second, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file_.c_str(), times, 0), 0);
  }
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder_), {}); }

  fs::path folder_, file_;
  LeaseObserver::Clock::time_point now_;
};

TEST_F(LeaseTest, IsTakenOnceAndGivenBack) {
  LeaseObserver one = observer(), two = observer();
  EXPECT_EQ(one.look(file_), LeaseState::none);
  std::optional<Lease> lease = Lease::try_take(file_, one);
  ASSERT_TRUE(lease);
  EXPECT_EQ(two.look(file_), LeaseState::alive);
  EXPECT_FALSE(Lease::try_take(file_, two));
  EXPECT_TRUE(lease->touch());
  lease->give_back();
  EXPECT_FALSE(lease->touch());
  EXPECT_EQ(files(), 0);
  { const std::optional<Lease> again = Lease::try_take(file_, two); }
  EXPECT_EQ(files(), 0);
}

TEST_F(LeaseTest, OfADeadProcessIsTakenOverAtOnce) {
  const pid_t child = ::fork();
  if (child == 0) {
    LeaseObserver own;
    auto* kept = new std::optional<Lease>(Lease::try_take(file_, own));
    ::_exit(kept->has_value() ? 0 : 1);
  }
  // The holder is dead also while nobody has waited for it.
  siginfo_t info;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  LeaseObserver one = observer();
  EXPECT_EQ(one.look(file_), LeaseState::dead);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(one.look(file_), LeaseState::dead);
  const std::optional<Lease> lease = Lease::try_take(file_, one);
  EXPECT_TRUE(lease);
  EXPECT_FALSE(Lease::try_take(file_, one));
  EXPECT_EQ(files(), 1);
}

TEST_F(LeaseTest, OfAProcessWhoseNumberAnotherHasNowIsDead) {
  ProcessIdentity earlier = this_process();
  --earlier.started;
  LeaseObserver holder = observer(earlier), one = observer();
  const std::optional<Lease> lease = Lease::try_take(file_, holder);
  EXPECT_EQ(one.look(file_), LeaseState::dead);
}

// Whether the number of a process in a container is free here, or another process has it, says
// nothing about the holder.
TEST_F(LeaseTest, OfAnotherHostOrContainerLivesWhileItIsSeenToChange) {
  for (const ProcessIdentity& who : {elsewhere(), in_a_container()}) {
    for (const std::int64_t pid : {std::int64_t{::getpid()}, std::int64_t{4'000'000}}) {
      ProcessIdentity self = who;
      self.pid = pid;
      LeaseObserver holder = observer(self), one = observer();
      const std::optional<Lease> lease = Lease::try_take(file_, holder);
      ASSERT_TRUE(lease);
      EXPECT_EQ(one.look(file_), LeaseState::unknown);
      for (std::int64_t i = 1; i < 10; ++i) {
        now_ += 50s;
        touch_at(1000 * i);
        EXPECT_EQ(one.look(file_), LeaseState::alive);
        EXPECT_FALSE(Lease::try_take(file_, one));
      }
      now_ += 59s;
      EXPECT_EQ(one.look(file_), LeaseState::alive);
      now_ += 1s;
      EXPECT_EQ(one.look(file_), LeaseState::dead);
    }
  }
}

TEST_F(LeaseTest, WhatTheClocksOfTwoHostsSayDoesNotCount) {
  LeaseObserver holder = observer(elsewhere());
  const std::optional<Lease> lease = Lease::try_take(file_, holder);
  // Times long ago, in the future and going backwards: each is a change, and only that is seen.
  for (const std::int64_t second : {0L, 4'000'000'000L, 1'000'000'000L, 999'999'999L}) {
    touch_at(second);
    LeaseObserver one = observer();
    EXPECT_EQ(one.look(file_), LeaseState::unknown) << second;
    now_ += 59s;
    EXPECT_FALSE(Lease::try_take(file_, one)) << second;
    touch_at(second - 1);
    now_ += 1s;
    EXPECT_EQ(one.look(file_), LeaseState::alive) << second;
  }
}

TEST_F(LeaseTest, OfAHolderThatFellSilentElsewhereIsTakenOverAndTheHolderSeesIt) {
  LeaseObserver holder = observer(elsewhere()), one = observer();
  std::optional<Lease> lost = Lease::try_take(file_, holder);
  EXPECT_FALSE(Lease::try_take(file_, one));
  now_ += 60s;
  const std::optional<Lease> lease = Lease::try_take(file_, one);
  ASSERT_TRUE(lease);
  EXPECT_FALSE(lost->touch());
  lost->give_back();  // no longer its own: stays
  EXPECT_TRUE(lease->touch());
  EXPECT_EQ(LeaseObserver::holder(file_)->process, this_process());
  EXPECT_EQ(files(), 1);
}

TEST_F(LeaseTest, WithoutAReadableHolderIsWatched) {
  for (const char* text :
       {"", "myhost 12 34\n", "actscope lease 1\nhost a\n", "actscope lease 2\n"}) {
    write_file_atomically(file_, text);
    LeaseObserver one = observer();
    EXPECT_EQ(one.look(file_), LeaseState::unknown) << text;
    EXPECT_FALSE(Lease::try_take(file_, one)) << text;
    now_ += 60s;
    EXPECT_TRUE(Lease::try_take(file_, one)) << text;
  }
}

TEST_F(LeaseTest, TakingSaysWhoHoldsIt) {
  LeaseObserver one = observer();
  const std::optional<Lease> lease = Lease::try_take(file_, one);
  int waits = 0;
  const auto taking = [&] {
    (void)Lease::take(file_, one, "another run", [&] { return ++waits < 100; });
  };
  EXPECT_THAT(taking,
              ThrowsMessage<EnvironmentError>(AllOf(
                  HasSubstr("another run"), HasSubstr(this_process().host),
                  HasSubstr("process " + std::to_string(::getpid())), HasSubstr("since 20"))));
  EXPECT_EQ(waits, 0);
}

TEST_F(LeaseTest, TakingWaitsUntilAHolderElsewhereIsKnownToBeDeadOrAlive) {
  LeaseObserver holder = observer(elsewhere());
  std::optional<Lease> lease = Lease::try_take(file_, holder);
  LeaseObserver one = observer();
  std::int64_t waits = 0;
  const auto with = [&](auto wait) {
    return [&, wait] { (void)Lease::take(file_, one, "a run", wait); };
  };
  EXPECT_THAT(with([&] {
                now_ += 1s;
                if (++waits == 10) touch_at(5);
                return true;
              }),
              ThrowsMessage<EnvironmentError>(HasSubstr("host elsewhere")));
  EXPECT_EQ(waits, 10);
  EXPECT_THAT(with([] { return false; }), ThrowsMessage<EnvironmentError>(HasSubstr("elsewhere")));
  LeaseObserver two = observer();
  waits = 0;
  const Lease taken = Lease::take(file_, two, "a run", [&] {
    now_ += 1s;
    ++waits;
    return true;
  });
  EXPECT_EQ(waits, 60);
}

TEST_F(LeaseTest, WordsOfAHolderCannotReachATerminalRaw) {
  write_file_atomically(file_, "actscope lease 1\nhost a\x1b[2Jb\npid 1\ntoken t\nsince \x07now\n");
  EXPECT_EQ(LeaseObserver::holder(file_)->text(), "host a?[2Jb, process 1, since ?now");
}

TEST_F(LeaseTest, AnUnwritableFolderIsAnError) {
  LeaseObserver one = observer();
  EXPECT_THROW((void)Lease::try_take(folder_ / "none" / "a", one), EnvironmentError);
}

TEST_F(LeaseTest, IsKeptByAThreadUntilTheEnd) {
  LeaseObserver one = observer();
  {
    const KeptLease kept(Lease::take(file_, one, "a run", [] { return false; }));
    EXPECT_EQ(one.look(file_), LeaseState::alive);
    EXPECT_FALSE(kept.is_lost());
  }
  EXPECT_EQ(files(), 0);
}

}  // namespace
}  // namespace actscope
