// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gate/metrics.hpp"

namespace actscope::reports {

/// The row of a metric with its two values and their ratio, not judged yet. One of the two may be
/// null, not both.
GateRow row_of(const Metric* baseline, const Metric* candidate);

/// The verdict with its code and sentence.
void decide(GateRow& row, GateVerdict verdict, std::string reason, std::string message);

/// A value as people read it, by the unit in the metric's name: "48.2 MiB (50541568 bytes)".
std::string shown_value(const std::string& metric, const std::optional<double>& value);

/// The same in few characters, for tables.
std::string short_value(const std::string& metric, const std::optional<double>& value);

/// "regressed", "waived", "regressed, advisory".
std::string shown_verdict(const GateRow& row);

/// A measured time that is open and whose interval holds 1: it explains nothing.
bool is_within_noise(const GateRow& row);

/// "1.029", of a measured time "1.029 [1.021, 1.037]".
std::string shown_ratio(const GateRow& row);

}  // namespace actscope::reports
