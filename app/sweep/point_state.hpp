// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actscope/base/sweep_record.hpp"

namespace actscope::sweep {

/// How a point ended: the state.json beside its report.
struct PointState {
  PointStatus status = PointStatus::done;  ///< done or failed
  std::string reason;                      ///< empty where done
  int exit_code = 0;                       ///< of its process; -1: a signal ended it
  int signal = 0;                          ///< 0: none
  double elapsed_s = 0;
  std::int64_t tries = 1;
  std::string program_version;  ///< version and git revision of the program that ran it
};

std::string write_point_state(const PointState& state);

/// Absent where the text is no state of ours: the point then counts as never run.
std::optional<PointState> read_point_state(std::string_view text);

}  // namespace actscope::sweep
