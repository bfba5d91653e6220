// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "actscope/base/console.hpp"
#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"

namespace actscope {
namespace {

using Clock = std::chrono::steady_clock;

class QuietProgress final : public ProgressSink {
 public:
  void begin(std::string_view, std::int64_t) override {}
  void update(std::int64_t, std::string_view) override {}
  void end(std::string_view) override {}
  void note(std::string_view) override {}
};

// What a bar and a log line have in common: the task, its clock and the estimate of its end.
class TimedProgress : public ProgressSink {
 public:
  void begin(std::string_view task, std::int64_t total) override {
    task_ = task;
    total_ = total;
    started_ = shown_ = Clock::now();
    show_begin();
  }

  void update(std::int64_t done, std::string_view detail) override {
    const auto now = Clock::now();
    if (now - shown_ < interval()) return;
    shown_ = now;
    show(done, detail, std::chrono::duration<double>(now - started_).count());
  }

  void end(std::string_view summary) override {
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    line(fmt::format("{}: {} ({})", task_, summary, format_duration(seconds)));
  }

  void note(std::string_view text) override { line(std::string(text)); }

 protected:
  virtual Clock::duration interval() const = 0;
  virtual void show_begin() = 0;
  virtual void show(std::int64_t done, std::string_view detail, double elapsed_s) = 0;
  virtual void line(const std::string& text) = 0;

  // "train: 5/10 (50 %), 2.00/s, 2.50 s left, loss 1.0"; parts that are not known are left out.
  std::string position(std::int64_t done, std::string_view detail, double elapsed_s) const {
    std::string text = fmt::format("{}: {}", task_, done);
    if (total_ > 0)
      text += fmt::format("/{} ({} %)", total_, 100 * std::min(done, total_) / total_);
    if (done > 0 && elapsed_s > 0) {
      const double rate = static_cast<double>(done) / elapsed_s;
      text += fmt::format(", {:.3g}/s", rate);
      if (done < total_) {
        const std::string left = format_duration(static_cast<double>(total_ - done) / rate);
        text += fmt::format(", {} left", left);
      }
    }
    if (!detail.empty()) text.append(", ").append(detail);
    return text;
  }

  std::int64_t total() const { return total_; }
  const std::string& task() const { return task_; }

 private:
  std::string task_;
  std::int64_t total_ = 0;
  Clock::time_point started_{};
  Clock::time_point shown_{};
};

class LogProgress final : public TimedProgress {
 protected:
  Clock::duration interval() const override { return std::chrono::seconds(5); }
  void show_begin() override { line(task() + ": started"); }
  void show(std::int64_t done, std::string_view detail, double elapsed_s) override {
    line(position(done, detail, elapsed_s));
  }
  void line(const std::string& text) override { tell(text); }
};

class BarProgress final : public TimedProgress {
 protected:
  Clock::duration interval() const override { return std::chrono::milliseconds(100); }
  void show_begin() override { show(0, "", 0); }

  void show(std::int64_t done, std::string_view detail, double elapsed_s) override {
    std::string text = position(done, detail, elapsed_s);
    const std::size_t width = columns();
    if (total() > 0 && text.size() + 14 < width) {
      const std::size_t room = std::min<std::size_t>(30, width - text.size() - 4);
      const auto filled = static_cast<std::size_t>(static_cast<double>(room) *
                                                   static_cast<double>(std::min(done, total())) /
                                                   static_cast<double>(total()));
      text = "[" + std::string(filled, '#') + std::string(room - filled, '.') + "] " + text;
    }
    write_to_stderr(start_of_line + cut(visible_line(text), width - 1));
  }

  void line(const std::string& text) override {
    write_to_stderr(start_of_line + visible_line(text) + "\n");
  }

 private:
  inline static const std::string start_of_line = "\r\x1b[K";  // and clears the line

  // At most so many bytes, whole characters.
  static std::string cut(std::string text, std::size_t most_bytes) {
    if (text.size() <= most_bytes) return text;
    std::size_t end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
    text.resize(end);
    return text;
  }

  static std::size_t columns() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
  }
};

}  // namespace

std::unique_ptr<ProgressSink> make_quiet_progress() {
  return std::make_unique<QuietProgress>();
}

std::unique_ptr<ProgressSink> make_stderr_progress(ProgressMode mode) {
  if (mode == ProgressMode::quiet) return make_quiet_progress();
  if (isatty(STDERR_FILENO) != 0) return std::make_unique<BarProgress>();
  return std::make_unique<LogProgress>();
}

}  // namespace actscope
