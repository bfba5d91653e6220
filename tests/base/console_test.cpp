// SPDX-License-Identifier: Apache-2.0
// Output for people never stops work, wherever stderr goes.
#include "actscope/base/console.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "actscope/base/progress.hpp"

namespace actscope {
namespace {

// The exit code of work that is done in a child, because it may spoil the standard files.
template <class Work>
int in_a_child(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGPIPE, SIG_IGN);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Writes output of every kind; 7 where that comes to its end.
int tell_everything() {
  try {
    tell("a line");
    const auto progress = make_stderr_progress();
    progress->begin("train", 2);
    progress->note("a note");
    progress->end("done");
  } catch (...) {
    return 1;
  }
  return 7;
}

TEST(Console, WritesALineThatCannotBeObeyed) {
  testing::internal::CaptureStderr();
  tell("name \x1b[31m\nsecond");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "name \\u001b[31m second\n");
}

TEST(Console, GoesOnWhereStderrIsClosed) {
  EXPECT_EQ(in_a_child([] {
              ::close(STDERR_FILENO);
              return tell_everything();
            }),
            7);
}

TEST(Console, GoesOnWhereTheDiskIsFull) {
  EXPECT_EQ(in_a_child([] {
              ::dup2(::open("/dev/full", O_WRONLY), STDERR_FILENO);
              return tell_everything();
            }),
            7);
}

TEST(Console, GoesOnWhereNobodyReads) {
  EXPECT_EQ(in_a_child([] {
              int ends[2];
              if (::pipe(ends) != 0) return 2;
              ::dup2(ends[1], STDERR_FILENO);
              ::close(ends[0]);
              return tell_everything();
            }),
            7);
}

TEST(Console, GoesOnWhereTheTerminalIsGone) {
  EXPECT_EQ(in_a_child([] {
              const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
              if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return 7;
              ::dup2(::open(::ptsname(terminal), O_RDWR | O_NOCTTY), STDERR_FILENO);
              ::close(terminal);
              return tell_everything();
            }),
            7);
}

TEST(Console, AFullPipeIsNotWaitedForWithoutEnd) {
  EXPECT_EQ(in_a_child([] {
              int ends[2];
              if (::pipe2(ends, O_NONBLOCK) != 0) return 2;
              ::dup2(ends[1], STDERR_FILENO);
              write_to_stderr(std::string(1 << 20, '.'));
              return tell_everything();
            }),
            7);
}

TEST(Console, NoFileTakesThePlaceOfAClosedOne) {
  EXPECT_EQ(in_a_child([] {
              for (int file = 0; file <= 2; ++file) ::close(file);
              hold_standard_files();
              if (::open("/dev/null", O_WRONLY) <= 2) return 1;
              char c = 'x';
              // Reading or writing there fails as it did when the files were closed.
              if (::read(0, &c, 1) != -1 || errno != EBADF) return 2;
              if (::write(1, &c, 1) != -1 || errno != EBADF) return 3;
              return tell_everything();
            }),
            7);
}

TEST(Console, FilesThatAreOpenStay) {
  EXPECT_EQ(in_a_child([] {
              int ends[2];
              if (::pipe(ends) != 0) return 1;
              ::dup2(ends[1], STDERR_FILENO);
              hold_standard_files();
              tell("x");
              char text[2];
              return ::read(ends[0], text, 2) == 2 && text[0] == 'x' ? 7 : 2;
            }),
            7);
}

}  // namespace
}  // namespace actscope
