// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "operator_counters.hpp"

namespace actscope::tracer {

/// Calls, time and counted events by name, layer, slot and phase.
class TimingSums {
 public:
  void add(const ScopeEvent& scope);
  /// Adds what the processor counted in a scope that is added by itself.
  void add(const CountedCall& call, const CounterReader& counters);
  /// A kernel whose times are unknown counts as a call without time.
  void add(const KernelEvent& kernel, const std::string& source);

  /// Longest first; equal times by name.
  std::vector<OperatorTiming> rows() const;

 private:
  struct Sum {
    std::int64_t calls = 0;
    std::int64_t total_ns = 0;
    HardwareCounts counts;
  };
  // name, layer, slot, phase, device, source
  using Key =
      std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;
  // Names of scopes are numbers, all four of them in 56 bits: texts are looked up once, at the end.
  static std::uint64_t key_of(const ScopeEvent& scope);
  std::unordered_map<std::uint64_t, Sum> scopes_;
  std::map<Key, Sum> kernels_;
};

}  // namespace actscope::tracer
