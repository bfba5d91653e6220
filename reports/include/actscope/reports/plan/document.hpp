// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/plan_record.hpp"
#include "actscope/reports/format/document.hpp"

namespace actscope::reports {

/// The `actscope.plan` document.
std::string write_plan_document(const PlanRecord& record,
                                VolatileFields volatile_fields = VolatileFields::keep);

/// Errors  ReportFormatError: as validate_document
PlanRecord read_plan_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
