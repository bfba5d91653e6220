// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "block_sparse.hpp"
#include "rival.hpp"

namespace actscope::bench {

/// Something that is timed: one call does the work once.
struct Timed {
  std::function<void()> run;
  std::function<void()> before_sample = [] {};                                 ///< not timed
  std::function<void(std::int64_t calls)> after_sample = [](std::int64_t) {};  ///< not timed
  std::vector<double> times_s = {};  ///< of one call, a value a round
};

/// Times all side by side: a round takes everybody once, in an order drawn from `seed`; each gets
/// one call that is not counted (its threads wake, its data comes near) and then as many as fill
/// 20 ms. What takes longer than a second a call sits out after the sixth round.
///
/// Returns false where `is_stop_requested` said so between two rounds.
bool time_rounds(std::vector<Timed>& all, std::int64_t rounds, std::int64_t seed,
                 const std::function<bool()>& is_stop_requested);

/// The rows of one point: the whole gradient with all rivals, then compress and product apart.
/// Nothing where a stop was requested.
///
/// Errors  RunError: our own result is off
std::optional<std::vector<KernelResult>> measure_point(
    const Problem& problem, const kernels::BlockSpec& spec, const KernelsSettings& settings,
    const KernelsMachine& machine, const std::string& norm_reason,
    const std::vector<double>& dense_expected, std::vector<std::unique_ptr<Rival>>& rivals,
    const std::function<bool()>& is_stop_requested);

}  // namespace actscope::bench
