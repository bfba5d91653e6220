// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/evaluation_record.hpp"
#include "actscope/reports/format/document.hpp"

namespace actscope::reports {

/// The `actscope.eval` document of an evaluation that came to its end.
std::string write_evaluation_document(const EvaluationRecord& record,
                                      VolatileFields volatile_fields = VolatileFields::keep);

/// Errors  ReportFormatError: as validate_document
EvaluationRecord read_evaluation_document(std::string_view text, std::string_view source);

/// For the terminal: accuracy, loss and how many images were skipped.
std::string evaluation_text(const EvaluationRecord& record);

}  // namespace actscope::reports
