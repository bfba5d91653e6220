// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace actscope::bench {

/// Times work in the order in which it is given.
class Stopwatch {
 public:
  Stopwatch() = default;
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  virtual ~Stopwatch() = default;

  virtual void start() = 0;
  /// Seconds from start() until all work given since is done; waits for it.
  virtual double stop() = 0;
};

/// Times work that is done when its call returns.
class HostStopwatch : public Stopwatch {
 public:
  void start() override { begin_ = Clock::now(); }
  double stop() override { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_;
};

}  // namespace actscope::bench
