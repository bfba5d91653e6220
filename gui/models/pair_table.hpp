// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/run_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// The figures of A and B side by side with B − A and B / A, one row a metric; either may be null.
void fillPairTable(TableModel& table, const RunPointer& a, const RunPointer& b);

}  // namespace actscope::gui
