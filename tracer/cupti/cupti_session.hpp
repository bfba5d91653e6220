// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actscope/base/activity_record.hpp"
#include "actscope/tracer/kernel_session.hpp"
#include "cupti/cupti_api.hpp"

namespace actscope::tracer {

/// What open_cupti_session does, on the functions given, which outlive the session.
/// Errors  DeviceError: CUPTI is taken, or records nothing here; it is let go of then
std::unique_ptr<KernelSession> make_cupti_session(const CuptiApi& api, ActivitySink* sink);

}  // namespace actscope::tracer
