// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cupti.h>

#include <optional>

#include "actscope/base/activity_record.hpp"

namespace actscope::tracer {

/// Copies one of CUPTI's records into one of ours, which holds no pointer of CUPTI's. Nothing for a
/// kind that is not used, and for a place of another tool.
std::optional<ActivityRecord> decode_activity(const CUpti_Activity& record);

}  // namespace actscope::tracer
