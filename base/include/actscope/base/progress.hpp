// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actscope {

/// Where long work tells how far it is. Calls come from one thread.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;

  /// A new stretch of work begins; total 0 means unknown.
  virtual void begin(std::string_view task, std::int64_t total) = 0;
  /// `done` of the total are finished; `detail` is a short state such as "loss 0.53".
  virtual void update(std::int64_t done, std::string_view detail) = 0;
  /// The stretch is over.
  virtual void end(std::string_view summary) = 0;
  /// A line that stays, between updates.
  virtual void note(std::string_view line) = 0;
};

enum class ProgressMode { quiet, automatic };

/// A sink that says nothing.
std::unique_ptr<ProgressSink> make_quiet_progress();

/// A sink on stderr: a bar with estimated end on a terminal, a line every few seconds in a log.
std::unique_ptr<ProgressSink> make_stderr_progress(ProgressMode mode = ProgressMode::automatic);

}  // namespace actscope
