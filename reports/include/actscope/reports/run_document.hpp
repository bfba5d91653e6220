// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/run_record.hpp"
#include "actscope/reports/document.hpp"

namespace actscope::reports {

/// The `actscope.run` document of a record: JSON, sorted keys, two-space indent, newline at the
/// end.
std::string write_run_document(const RunRecord& record,
                               VolatileFields volatile_fields = VolatileFields::keep);

/// `source` names the text in errors, usually the file.
/// Errors  ReportFormatError: as validate_document
RunRecord read_run_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
