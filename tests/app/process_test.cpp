// SPDX-License-Identifier: Apache-2.0
// Signals of the program: who gets them, what ends a run, what a child has.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "actscope/base/file.hpp"
#include "process/inherited_signals.hpp"
#include "process/own_program.hpp"
#include "process/signal_thread.hpp"
#include "process/stop_signal.hpp"
#include "scratch_folder.hpp"
#include "sweep/child_process.hpp"

namespace actscope::app {
namespace {

using namespace std::chrono_literals;

// Does work that spoils the signals of its process in a child. Returns its exit code, or 128 and
// the signal that ended it.
template <class Work>
int in_a_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void begin() {
  take_over_signals();
  start_signal_thread();
}

template <class Condition>
bool comes_true(const Condition& condition) {
  for (int i = 0; i < 10000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

std::atomic<int> handled = 0;
pthread_t handled_on;

void note(int signal) {
  handled_on = ::pthread_self();
  handled = signal;
}

TEST(Signals, EveryKindOfStopIsAskedFor) {
  for (const int signal : stop_signals) {
    EXPECT_EQ(in_a_child([signal] {
                begin();
                catch_stop_signals();
                ::kill(::getpid(), signal);
                return comes_true(is_stop_requested) ? 7 : 1;
              }),
              7)
        << signal;
  }
}

TEST(Signals, UntilTheyAreCaughtTheyEndTheProcess) {
  for (const int signal : stop_signals) {
    EXPECT_EQ(in_a_child([signal] {
                begin();
                ::kill(::getpid(), signal);
                std::this_thread::sleep_for(10s);
                return 1;
              }),
              128 + signal);
  }
}

TEST(Signals, ASecondOneByHandEndsAtOnce) {
  for (const int signal : {SIGINT, SIGTERM}) {
    EXPECT_EQ(in_a_child([signal] {
                begin();
                catch_stop_signals();
                ::kill(::getpid(), SIGINT);
                if (!comes_true(is_stop_requested)) return 1;
                ::kill(::getpid(), signal);
                std::this_thread::sleep_for(10s);
                return 2;
              }),
              128 + signal);
  }
}

// A closed terminal hangs up twice, a batch system sends SIGUSR1 and then SIGTERM.
TEST(Signals, OthersMayComeAgain) {
  EXPECT_EQ(in_a_child([] {
              begin();
              catch_stop_signals();
              for (const int signal : {SIGHUP, SIGUSR1, SIGHUP, SIGUSR2, SIGTERM, SIGHUP}) {
                ::kill(::getpid(), signal);
                if (!comes_true(is_stop_requested)) return 1;
                std::this_thread::sleep_for(5ms);
              }
              return 7;
            }),
            7);
}

TEST(Signals, WhatTheParentIgnoredStaysIgnored) {
  EXPECT_EQ(in_a_child([] {
              std::signal(SIGHUP, SIG_IGN);
              begin();
              catch_stop_signals();
              ::kill(::getpid(), SIGHUP);
              std::this_thread::sleep_for(50ms);
              return is_stop_requested() ? 1 : 7;
            }),
            7);
}

TEST(Signals, NoThreadThatComputesGetsOne) {
  EXPECT_EQ(in_a_child([] {
              begin();
              std::signal(SIGALRM, note);
              std::atomic<bool> is_over = false;
              std::thread computing([&] {
                while (!is_over) std::this_thread::yield();
              });
              int wrong = 0;
              for (int i = 0; i < 200; ++i) {
                handled = 0;
                ::kill(::getpid(), SIGALRM);
                if (!comes_true([] { return handled == SIGALRM; })) return 1;
                wrong += ::pthread_equal(handled_on, ::pthread_self()) != 0;
                wrong += ::pthread_equal(handled_on, computing.native_handle()) != 0;
              }
              is_over = true;
              computing.join();
              return wrong == 0 ? 7 : 2;
            }),
            7);
}

TEST(Signals, WhatAThreadDoesItselfIsNotBlocked) {
  EXPECT_EQ(in_a_child([] {
              begin();
              for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF}) {
                std::signal(signal, note);
                handled = 0;
                ::raise(signal);
                if (handled != signal) return signal;
                if (::pthread_equal(handled_on, ::pthread_self()) == 0) return 1;
              }
              return 100;
            }),
            100);
}

TEST(Signals, AProcessCanBeHaltedAndGoesOn) {
  const pid_t child = ::fork();
  if (child == 0) {
    begin();
    std::this_thread::sleep_for(100ms);
    ::_exit(7);
  }
  std::this_thread::sleep_for(20ms);
  ::kill(child, SIGSTOP);
  int status = 0;
  ::waitpid(child, &status, WUNTRACED);
  EXPECT_TRUE(WIFSTOPPED(status));
  ::kill(child, SIGCONT);
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Signals, AWriteThatFailsIsAnErrorOfTheWrite) {
  EXPECT_EQ(in_a_child([] {
              begin();
              int ends[2];
              if (::pipe(ends) != 0) return 1;
              ::close(ends[0]);
              return ::write(ends[1], "x", 1) == -1 && errno == EPIPE ? 7 : 2;
            }),
            7);
}

// "SigIgn:\t0000000000001000" of /proc/self/status.
std::uint64_t field(const std::string& status, const std::string& name) {
  const std::size_t at = status.find(name + ":\t");
  return at == std::string::npos ? ~0ULL
                                 : std::stoull(status.substr(at + name.size() + 2), nullptr, 16);
}

TEST(Signals, AChildHasThoseOfOurParent) {
  const ScratchFolder folder;
  const auto bit = [](int signal) { return std::uint64_t{1} << (signal - 1U); };
  const std::filesystem::path log = folder / "log";
  EXPECT_EQ(in_a_child([&] {
              std::signal(SIGHUP, SIG_IGN);
              std::signal(SIGTERM, SIG_IGN);
              sigset_t blocked;
              ::sigemptyset(&blocked);
              ::sigaddset(&blocked, SIGUSR2);
              ::sigaddset(&blocked, SIGTERM);
              ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
              begin();
              catch_stop_signals();
              sweep::ChildProcess child({"/bin/cat", "/proc/self/status"}, log, {});
              std::optional<sweep::ProcessEnd> end;
              if (!comes_true([&] { return (end = child.poll()).has_value(); })) return 1;
              return end->exit_code == 0 ? 7 : 2;
            }),
            7);
  const std::string status = read_file(log);
  EXPECT_EQ(field(status, "SigBlk"), bit(SIGUSR2));  // SIGTERM is how we stop it
  EXPECT_EQ(field(status, "SigIgn"), bit(SIGHUP));
  EXPECT_EQ(field(status, "SigCgt"), 0U);
}

TEST(OwnProgram, IsThisOne) {
  EXPECT_TRUE(std::filesystem::is_regular_file(own_program()));
}

}  // namespace
}  // namespace actscope::app
