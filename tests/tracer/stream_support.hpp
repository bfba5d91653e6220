// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "activity_interpreter.hpp"
#include "activity_support.hpp"
#include "actscope/reports/trace/activity_stream.hpp"

namespace actscope::tracer {

inline const std::vector<std::string> stream_names = {"", "blocks.0", "h"};

/// Every kind, in two windows that use the same correlations.
inline std::vector<ActivityRecord> recorded() {
  const TracePlace forward{7, 1, 2, Phase::forward}, backward{7, 1, 0, Phase::backward};
  ActivityRecord copy = work(ActivityKind::copy, 2, 210, 230);
  copy.bytes = 4096;
  copy.detail = 1;
  ActivityRecord set = work(ActivityKind::set, 3, 240, 250);
  set.bytes = 512;
  return {memory(1, 90, 0x7f0000000000, 4096),
          work(ActivityKind::launch, 1, 95, 99),
          kernel(1, 100, 200),
          link(1, forward),
          copy,
          set,
          link(2, forward),
          work(ActivityKind::overhead, 0, 251, 260),
          work(ActivityKind::window_end, 0, 0, 0),
          kernel(1, 300, 420),
          link(1, backward),
          memory(2, 430, 0x7f0000000000, 4096),
          memory(1, 440, 0x7f0000010000, 1024),
          work(ActivityKind::window_end, 0, 0, 0)};
}

/// A stream as the sink of a trace gets it.
struct Replayed {
  TraceBatch batch;
  TraceRecord losses;
};

inline Replayed replay(const reports::ActivityStream& stream) {
  Replayed replayed;
  ActivityInterpreter interpreter;
  const auto end_window = [&] {
    ActivityWindow window = interpreter.take(replayed.losses);
    std::ranges::move(window.kernels, std::back_inserter(replayed.batch.kernels));
    std::ranges::move(window.memory, std::back_inserter(replayed.batch.memory));
  };
  for (const ActivityRecord& record : stream.records) {
    interpreter.add(record);
    if (record.kind == ActivityKind::window_end) end_window();
  }
  end_window();
  replayed.batch.new_names = stream.names;
  return replayed;
}

}  // namespace actscope::tracer
