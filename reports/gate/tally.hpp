// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// How many rows came out how. `timings`: shown, not judged.
struct GateTally {
  std::int64_t failing = 0, open = 0, waived = 0, added = 0, improved = 0, same = 0, timings = 0;
};

GateTally tally_of(const GateResult& result);

/// "2 fail, 1 open, 12 the same, 14 timings not judged"; what is 0 is left out.
std::string tally_text(const GateResult& result);

/// "regressed: 3 of 41 metrics fail the gate".
std::string headline(const GateResult& result);

}  // namespace actscope::reports
