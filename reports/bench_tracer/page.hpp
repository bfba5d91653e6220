// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::reports {

/// A document of bench tracer as one self-contained page: every level and rival as a point with its
/// interval, then the tables. No script.
std::string tracer_page(const TracerBenchRecord& record, std::string_view introduction);

// Text embedded at build time (cmake/embed_text.cmake).
std::string_view html_tracer();  ///< reports/bench_tracer/page.html

}  // namespace actscope::reports
