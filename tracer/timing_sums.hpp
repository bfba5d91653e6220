// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Calls and time by name, layer, slot and phase.
class TimingSums {
 public:
  void add(const ScopeEvent& scope);
  /// A kernel whose times are unknown counts as a call without time.
  void add(const KernelEvent& kernel, const std::string& source);

  /// Longest first; equal times by name.
  std::vector<OperatorTiming> rows() const;

 private:
  // name, layer, slot, phase, device, source
  using Key =
      std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  struct Sum {
    std::int64_t calls = 0;
    std::int64_t total_ns = 0;
  };
  std::map<Key, Sum> sums_;
};

}  // namespace actscope::tracer
