// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/footprint_record.hpp"

namespace actscope::reports {

/// The `actscope.footprint` document of a prediction.
std::string write_footprint_document(const FootprintRecord& record);

/// Errors  ReportFormatError: as validate_document
FootprintRecord read_footprint_document(std::string_view text, std::string_view source);

/// A table for the terminal: one row a layer (equal layers folded), slots with their store, totals.
std::string footprint_text(const FootprintRecord& record);

}  // namespace actscope::reports
