// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::bench {

/// A row from the times of single rounds, with its median, interval and verdict. Units: nanoseconds
/// a call. A goal below 0 is none.
TracerCallCost call_cost(std::string name, std::string what, const std::vector<double>& times_ns,
                         double goal_ns = -1);

/// Nanoseconds that one of `count` calls of `body` takes.
double nanoseconds_each(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// What a scope costs while nothing records and while a step is recorded, and a recorded
/// allocation: each loop less an empty one of the same round.
/// Requires nobody else records
std::vector<TracerCallCost> scope_costs(std::int64_t rounds);

}  // namespace actscope::bench
