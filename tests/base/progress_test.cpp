// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/progress.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>
#include <vector>

namespace actscope {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string stderr_of(ProgressSink& sink) {
  testing::internal::CaptureStderr();
  sink.begin("train", 10);
  sink.update(5, "loss 1.0");
  sink.note("a line that stays");
  sink.end("done");
  return testing::internal::GetCapturedStderr();
}

// Longer than the interval between two drawings of the bar.
void wait_for_the_next_drawing() {
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
}

// stderr is a terminal of so many columns while this lives; null where the system gives none.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) return;
    const int slave = open(ptsname(master_), O_RDWR | O_NOCTTY);
    if (slave < 0) return;
    const winsize size{24, columns, 0, 0};
    if (ioctl(slave, TIOCSWINSZ, &size) != 0) return;
    std::fflush(stderr);
    stderr_ = dup(STDERR_FILENO);
    dup2(slave, STDERR_FILENO);
    close(slave);
  }
  ~Terminal() {
    if (stderr_ >= 0) restore();
    if (master_ >= 0) close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  bool is_open() const { return stderr_ >= 0; }

  // All that was written, after giving stderr back.
  std::string text() {
    std::fflush(stderr);
    std::string all;
    std::vector<char> piece(1 << 16);
    fcntl(master_, F_SETFL, O_NONBLOCK);
    for (ssize_t got; (got = read(master_, piece.data(), piece.size())) > 0;) {
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
    restore();
    return all;
  }

 private:
  void restore() {
    if (stderr_ < 0) return;
    dup2(stderr_, STDERR_FILENO);
    close(stderr_);
    stderr_ = -1;
  }

  int master_;
  int stderr_ = -1;
};

// What was drawn over one another on one line, drawing by drawing.
std::vector<std::string> drawings(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string piece; std::getline(stream, piece, '\r');) {
    const std::string clear_line = "\x1b[K";
    if (piece.starts_with(clear_line)) all.push_back(piece.substr(clear_line.size()));
  }
  return all;
}

TEST(Progress, QuietSaysNothing) {
  EXPECT_EQ(stderr_of(*make_quiet_progress()), "");
  EXPECT_EQ(stderr_of(*make_stderr_progress(ProgressMode::quiet)), "");
}

// Captured stderr is a file: plain lines, no control characters.
TEST(Progress, ALogGetsWholeLines) {
  const std::string text = stderr_of(*make_stderr_progress());
  EXPECT_THAT(text, AllOf(HasSubstr("train: started\n"), HasSubstr("a line that stays\n"),
                          HasSubstr("train: done (")));
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b"))));
}

TEST(Progress, ALogIsNotFlooded) {
  testing::internal::CaptureStderr();
  const auto sink = make_stderr_progress();
  sink->begin("train", 100000);
  for (int i = 0; i < 100000; ++i) sink->update(i, "");
  sink->end("done");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_LT(std::ranges::count(text, '\n'), 100);
}

TEST(Progress, ATerminalGetsABarWithShareRateAndEnd) {
  Terminal terminal(120);
  if (!terminal.is_open()) GTEST_SKIP() << "no pseudo-terminal here";
  const auto sink = make_stderr_progress();
  sink->begin("train", 10);
  wait_for_the_next_drawing();
  sink->update(5, "loss 1.0");
  sink->end("done");
  const std::vector<std::string> seen = drawings(terminal.text());
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen[0], AllOf(HasSubstr("[....."), HasSubstr("train: 0/10 (0 %)")));
  EXPECT_THAT(seen[1], AllOf(HasSubstr("#####....."), HasSubstr("train: 5/10 (50 %), "),
                             HasSubstr("/s, "), HasSubstr(" left, loss 1.0")));
  EXPECT_THAT(seen[2], HasSubstr("train: done ("));
}

TEST(Progress, NoDrawingIsWiderThanItsTerminal) {
  for (const unsigned short columns : {1, 2, 15, 20, 30, 40, 60, 80}) {
    Terminal terminal(columns);
    if (!terminal.is_open()) GTEST_SKIP() << "no pseudo-terminal here";
    const auto sink = make_stderr_progress();
    sink->begin("train a model with a long name", 1000);
    wait_for_the_next_drawing();
    sink->update(400, "loss 1.234567, accuracy 0.1234, and more besides");
    for (const std::string& drawing : drawings(terminal.text())) {
      EXPECT_LT(drawing.size(), columns) << drawing;
    }
  }
}

TEST(Progress, UnknownAndPassedTotalsHaveNoEnd) {
  for (const std::int64_t total : {std::int64_t{0}, std::int64_t{3}}) {
    Terminal terminal(100);
    if (!terminal.is_open()) GTEST_SKIP() << "no pseudo-terminal here";
    const auto sink = make_stderr_progress();
    sink->begin("read", total);
    wait_for_the_next_drawing();
    sink->update(5, "");
    const std::vector<std::string> seen = drawings(terminal.text());
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_THAT(seen[1], AllOf(HasSubstr("read: 5"), Not(HasSubstr("left")), Not(HasSubstr("-"))));
    EXPECT_EQ(seen[1].find("(100 %)") != std::string::npos, total == 3) << seen[1];
  }
}

}  // namespace
}  // namespace actscope
