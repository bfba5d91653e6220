// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cupti.h>

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Turns CUPTI's activity records into records of ours that hold no pointer of CUPTI's. Records of
/// a window come in any order; the place of a kernel comes in a record of its own.
class ActivityDecoder {
 public:
  /// Copies what is needed; kinds that are not known are passed over.
  void add(const CUpti_Activity& record);

  /// The window ends: everything added since the last call, by begin. A kernel without times stays
  /// in the list with both 0. Adds to `losses` records without times and clock anomalies.
  std::vector<KernelEvent> take(TraceRecord& losses);

 private:
  void add_work(KernelEvent event, std::uint32_t correlation, std::uint64_t begin,
                std::uint64_t end);

  std::vector<KernelEvent> work_;  ///< correlation still without its epoch
  std::unordered_map<std::uint32_t, std::uint64_t> places_;  ///< encoded, by correlation
  std::uint64_t epoch_ = 0;  ///< of windows: CUPTI's 32-bit numbers begin again
};

}  // namespace actscope::tracer
