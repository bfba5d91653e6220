// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Whether this build knows CUPTI, and whether it answers here.
bool is_cupti_built() noexcept;
bool is_cupti_usable();
/// "CUPTI 13.0", or why it is not usable and what would help.
std::string describe_cupti();

/// Records the kernels, copies and sets of all devices in windows, each with the layer, slot and
/// phase of the thread that launched it.
///
/// Never throws into the observed program: what is lost is counted.
class CuptiSession {
 public:
  /// Errors  BackendNotBuilt: a build without CUDA; DeviceError: no library, no driver, or another
  ///         profiler holds CUPTI
  static std::unique_ptr<CuptiSession> open();
  virtual ~CuptiSession() = default;

  /// From here on device work is recorded.
  virtual void begin() = 0;
  /// Waits for the devices and gives what ran since begin; adds to `losses` what was lost.
  virtual std::vector<KernelEvent> end(TraceRecord& losses) = 0;
};

}  // namespace actscope::tracer
