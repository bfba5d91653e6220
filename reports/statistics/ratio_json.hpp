// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/paired_ratio.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// Sets object[name], object[bound + "_low"] and object[bound + "_high"], absent ones with a
/// reason.
void set_ratio(Json& object, const std::string& name, const std::string& bound,
               const PairedRatio& ratio);

/// What set_ratio wrote.
/// Errors  ReportFormatError
PairedRatio read_ratio(const JsonCursor& from, const std::string& name, const std::string& bound);

}  // namespace actscope::reports
