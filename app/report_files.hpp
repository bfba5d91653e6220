// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/reports/rendering.hpp"

namespace actscope::app {

/// Reads the run report of a folder (its report.json) or of a file.
/// Errors  DataError: missing or unreadable; ReportFormatError: no valid run document
reports::NamedRun read_run(const std::string& path);

}  // namespace actscope::app
