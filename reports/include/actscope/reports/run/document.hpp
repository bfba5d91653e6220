// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/run_record.hpp"
#include "actscope/reports/format/document.hpp"

namespace actscope::reports {

/// The `actscope.run` document of a record: JSON, sorted keys, two-space indent, newline at the
/// end.
std::string write_run_document(const RunRecord& record,
                               VolatileFields volatile_fields = VolatileFields::keep);

/// What identifies a run: SHA-256 of its document without volatile fields, the document's "id".
/// Identical work on one build and machine gives one id.
std::string run_id(const RunRecord& record);

/// `source` names the text in errors, usually the file.
/// Errors  ReportFormatError: as validate_document
RunRecord read_run_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
