// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::reports {

/// The `actscope.tracer` document: JSON, sorted keys, two-space indent, newline at the end.
std::string write_tracer_document(const TracerBenchRecord& record);

/// `source` names the text in errors, usually the file.
/// Errors  ReportFormatError: as validate_document
TracerBenchRecord read_tracer_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
