// SPDX-License-Identifier: Apache-2.0
#include "timing_sums.hpp"

#include <algorithm>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {

void TimingSums::add(const ScopeEvent& scope) {
  Sum& sum = sums_[{Name(scope.name).text(), Name(scope.layer).text(), Name(scope.slot).text(),
                    name_of(scope.phase), "cpu", "scope"}];
  ++sum.calls;
  sum.total_ns += scope.end_ns - scope.begin_ns;
}

void TimingSums::add(const KernelEvent& kernel, const std::string& source) {
  Sum& sum = sums_[{kernel.name, Name(kernel.place.layer).text(), Name(kernel.place.slot).text(),
                    name_of(kernel.place.phase), "cuda", source}];
  ++sum.calls;
  if (kernel.end_ns > kernel.begin_ns) sum.total_ns += kernel.end_ns - kernel.begin_ns;
}

std::vector<OperatorTiming> TimingSums::rows() const {
  std::vector<OperatorTiming> rows;
  for (const auto& [key, sum] : sums_) {
    OperatorTiming row;
    std::tie(row.name, row.layer, row.slot, row.phase, row.device, row.source) = key;
    row.calls = sum.calls;
    row.total_s = static_cast<double>(sum.total_ns) * 1e-9;
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &OperatorTiming::total_s);
  return rows;
}

}  // namespace actscope::tracer
