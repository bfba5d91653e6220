// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// The `actscope.gate` document: JSON, sorted keys, two-space indent, newline at the end.
std::string write_gate_document(const GateResult& result);

/// Errors  ReportFormatError: as validate_document
GateResult read_gate_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
