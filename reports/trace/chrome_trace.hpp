// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trace/db_reader.hpp"

namespace actscope::reports {

/// The trace as Chrome's JSON, gzipped: a thread a track, balanced B and E events in order of time,
/// counters, arrows from a layer's forward to its backward. Slices of one track that overlap
/// without nesting go to a second thread of the same name.
///
/// Units   microseconds with three digits behind the point: to the nanosecond
/// Source  "Trace Event Format", Google, 2016
std::string chrome_trace(const StoredTrace& trace);

}  // namespace actscope::reports
