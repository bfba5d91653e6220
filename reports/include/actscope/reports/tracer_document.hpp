// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/tracer_record.hpp"
#include "actscope/reports/rendering.hpp"

namespace actscope::reports {

/// The `actscope.tracer` document: JSON, sorted keys, two-space indent, newline at the end.
std::string write_tracer_document(const TracerBenchRecord& record);

/// `source` names the text in errors, usually the file.
/// Errors  ReportFormatError: as validate_document
TracerBenchRecord read_tracer_document(std::string_view text, std::string_view source);

/// Three tables, of steps, calls and files, each figure beside its goal; CSV has one row a figure.
/// HTML is one page without script.
std::string render_tracer(const TracerBenchRecord& record, Format format,
                          std::string_view introduction = {});

}  // namespace actscope::reports
