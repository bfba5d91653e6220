// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// One figure of a report, with what is needed to judge it. Units stand in the name.
struct Metric {
  std::string name;
  MetricClass kind = MetricClass::exact;
  Wanted wanted = Wanted::fewer;
  std::optional<double> value;
  std::optional<std::int64_t> count;  ///< the value where it is whole: doubles round above 2^53
  std::string reason;                 ///< why there is no value
  std::int64_t heldout_samples = 0;   ///< behind an accuracy; 0: unknown
  bool is_only_in_pairs = false;      ///< says nothing where one of two reports lacks it
};

/// Every metric of a run, in the order of its document; no two have one name.
std::vector<Metric> metrics_of(const RunRecord& record);

/// The metrics of a summary alone, which is all that a sweep keeps of a point.
std::vector<Metric> metrics_of(const RunSummary& summary, const RunConfig& config,
                               std::int64_t heldout_samples);

}  // namespace actscope::reports
