// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/plan_record.hpp"

namespace actscope::reports {

/// For the terminal: what each block keeps (equal neighbors folded), what that is predicted and
/// measured to take, and every preset and candidate beside it; or what the least budget is.
std::string plan_text(const PlanRecord& record);

}  // namespace actscope::reports
