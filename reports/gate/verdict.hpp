// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// Applies what the policy ignores and waives, orders the rows (worst first) and gives the verdict
/// of all: failed, regressed, inconclusive, improved, same, the first that fits.
void conclude(GateResult& result, const GatePolicy& policy, std::string_view today);

}  // namespace actscope::reports
