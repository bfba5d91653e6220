// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform.hpp"

namespace actscope::bench {

/// Something that is timed: one call does the work once, or enqueues it.
struct Timed {
  std::function<void()> run;
  std::function<void()> before_sample = [] {};                                 ///< not timed
  std::function<void(std::int64_t calls)> after_sample = [](std::int64_t) {};  ///< not timed
  std::vector<double> times_s = {};  ///< of one call, a value a round
};

/// How many rounds there are, in which order, and who may stop them.
struct Rounds {
  std::int64_t count = 15;
  std::int64_t seed = 0;
  std::function<bool()> is_stop_requested = [] { return false; };
};

/// Times all of them side by side. A round takes each once, in an order drawn from the seed: one
/// call is not counted (its threads wake, its data comes near), then come as many as fill 20 ms.
/// What takes longer than a second a call sits out after the sixth round.
///
/// Returns false where a stop was requested between two rounds.
bool time_rounds(std::vector<Timed>& all, Stopwatch& stopwatch, const Rounds& rounds);

/// The result that everybody has to reach at a point.
struct Expectation {
  std::vector<double> dense;  ///< product of the unpruned input
  std::string norm_reason;    ///< why the norm of this input says nothing; empty: it does
};

/// The rows of one point: the whole gradient with all rivals of the platform, then compress and
/// product apart. Nothing where a stop was requested. Back end, type, threads and rates are left to
/// the caller.
///
/// Errors  RunError: our own result is off
std::optional<std::vector<KernelResult>> measure_point(Platform& platform, const Problem& problem,
                                                       const kernels::BlockSpec& spec,
                                                       const Expectation& expectation,
                                                       const Rounds& rounds);

}  // namespace actscope::bench
