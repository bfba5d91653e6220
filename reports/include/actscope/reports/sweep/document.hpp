// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/format/document.hpp"

namespace actscope::reports {

/// The `actscope.sweep` document: JSON, sorted keys, two-space indent, newline at the end.
std::string write_sweep_document(const SweepRecord& record,
                                 VolatileFields volatile_fields = VolatileFields::keep);

/// `source` names the text in errors, usually the file.
/// Errors  ReportFormatError: as validate_document; two points of one id
SweepRecord read_sweep_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
