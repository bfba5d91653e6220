// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "actscope/reports/run/rendering.hpp"

namespace actscope::reports {

/// The section of a page that tells who keeps the memory, for the runs whose record says so; else
/// empty.
std::string html_ledger(std::span<const NamedRun> runs);

}  // namespace actscope::reports
