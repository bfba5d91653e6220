// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actscope/base/activity_record.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// Whether this build knows CUPTI, and whether it answers here.
bool is_cupti_built() noexcept;
bool is_cupti_usable();
/// "CUPTI 13.0", or why it is not usable and what would help.
std::string describe_cupti();

/// Records the work of devices in windows, each piece with the layer, slot and phase of the thread
/// that launched it. One at a time in a process.
///
/// Never throws into the observed program: what is lost is counted.
class KernelSession {
 public:
  virtual ~KernelSession() = default;
  /// "cupti" or "cuda_event".
  virtual const char* source() const = 0;
  /// From here on device work is recorded.
  virtual void begin() = 0;
  /// What ran since begin, in order of begin; requires that the devices have finished it. Adds to
  /// `losses` what was lost.
  virtual std::vector<KernelEvent> end(TraceRecord& losses) = 0;
};

/// Every kernel, copy and set, by CUPTI. The records of each window also go to `sink`, where there
/// is one; a sink that fails gets no more, and its records count as dropped.
/// Errors  BackendNotBuilt: a build without CUDA; DeviceError: no library, no driver, or another
///         profiler holds CUPTI
/// Source  CUPTI 13.0 Activity API
std::unique_ptr<KernelSession> open_cupti_session(ActivitySink* sink = nullptr);

}  // namespace actscope::tracer
