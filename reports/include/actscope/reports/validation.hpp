// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "actscope/reports/format/document.hpp"

namespace actscope::reports {

/// Reads a document of any kind through its typed reader and forgets the result.
/// Errors  ReportFormatError: as identify; a kind or major version that this build does not know; a
///         field missing, of the wrong type or out of range, with its JSON path, what was found and
///         what was expected
DocumentSchema validate_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
