// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "actscope/reports/allocations/history.hpp"
#include "snapshot/snapshot.hpp"
#include "trace/db_reader.hpp"

namespace actscope::reports {

/// The blocks of a trace. Steps that were not traced are gaps: what lives then is not known.
AllocationHistory allocations_of_trace(const StoredTrace& trace);

/// Adds who keeps what, from the ledger of the graph in a trace.db.
void read_holders(AllocationHistory& history, const std::filesystem::path& database);

/// The blocks of a snapshot of PyTorch. Phase and layer come from the stacks, steps from the turns
/// of the optimizer.
AllocationHistory allocations_of_snapshot(Snapshot snapshot);

}  // namespace actscope::reports
