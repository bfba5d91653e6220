// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/sweep_record.hpp"
#include "actscope/reports/sweep/groups.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// One sentence that names the choice, its bytes, accuracy and step against dense.
std::string choice_text(const std::vector<SweepGroup>& groups);

/// One row a configuration, human units.
TextTable sweep_table(const std::vector<SweepGroup>& groups);

/// One row a point, plain numbers with their units in the header.
TextTable sweep_numbers(const SweepRecord& record);

/// What the reader must know beside the table, and the points that did not end well.
std::vector<std::string> sweep_remarks(const SweepRecord& record,
                                       const std::vector<SweepGroup>& groups);

}  // namespace actscope::reports
