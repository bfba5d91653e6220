// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/tracer_bench_record.hpp"
#include "actscope/reports/format/output_format.hpp"

namespace actscope::reports {

/// Three tables, of steps, calls and files, each figure beside its goal; CSV has one row a figure.
/// HTML is one page without script.
std::string render_tracer(const TracerBenchRecord& record, Format format,
                          std::string_view introduction = {});

}  // namespace actscope::reports
