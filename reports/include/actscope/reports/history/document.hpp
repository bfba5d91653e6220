// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// The `actscope.history` document: JSON, sorted keys, two-space indent, newline at the end.
std::string write_history_document(const History& history);

/// Errors  ReportFormatError: as validate_document; a place that is none in `reports`
History read_history_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
