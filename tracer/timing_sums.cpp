// SPDX-License-Identifier: Apache-2.0
#include "timing_sums.hpp"

#include <algorithm>

#include "actscope/tracer/name.hpp"

namespace actscope::tracer {

std::uint64_t TimingSums::key_of(const ScopeEvent& scope) {
  return (static_cast<std::uint64_t>(scope.name) << 40U) |
         (static_cast<std::uint64_t>(scope.layer) << 24U) |
         (static_cast<std::uint64_t>(scope.slot) << 8U) | static_cast<std::uint64_t>(scope.phase);
}

void TimingSums::add(const ScopeEvent& scope) {
  Sum& sum = scopes_[key_of(scope)];
  ++sum.calls;
  sum.total_ns += scope.end_ns - scope.begin_ns;
}

void TimingSums::add(const CountedCall& call, const CounterReader& counters) {
  HardwareCounts& counts = scopes_[key_of(call.scope)].counts;
  ++counts.calls;
  for (std::size_t i = 0; i < counts.values.size(); ++i) {
    if (!counters.has(static_cast<HardwareCounter>(i))) continue;
    counts.values[i] = counts.values[i].value_or(0) + call.span.values[i];
  }
}

void TimingSums::add(const KernelEvent& kernel, const std::string& source) {
  Sum& sum = kernels_[{kernel.name, Name(kernel.place.layer).text(), Name(kernel.place.slot).text(),
                       name_of(kernel.place.phase), "cuda", source}];
  ++sum.calls;
  if (kernel.end_ns > kernel.begin_ns) sum.total_ns += kernel.end_ns - kernel.begin_ns;
}

std::vector<OperatorTiming> TimingSums::rows() const {
  std::map<Key, Sum> sums = kernels_;
  for (const auto& [key, sum] : scopes_) {
    const auto text = [&](unsigned shift) -> const std::string& {
      return Name(static_cast<NameNumber>(key >> shift)).text();
    };
    const auto phase = static_cast<Phase>(key & 0xFFU);
    sums[{text(40), text(24), text(8), name_of(phase), "cpu", "scope"}] = sum;
  }
  std::vector<OperatorTiming> rows;
  for (const auto& [key, sum] : sums) {
    OperatorTiming row;
    std::tie(row.name, row.layer, row.slot, row.phase, row.device, row.source) = key;
    row.calls = sum.calls;
    row.total_s = static_cast<double>(sum.total_ns) * 1e-9;
    if (sum.counts.calls > 0) row.counts = sum.counts;
    rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &OperatorTiming::total_s);
  return rows;
}

}  // namespace actscope::tracer
