// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "gate/metrics.hpp"

namespace actscope::reports {

/// The metrics of the ledger of a run: its sums, the residual, and what could not be read; empty
/// where no ledger was read.
std::vector<Metric> ledger_totals(const RunRecord& record);

/// The metrics of two ledgers place by place: kept bytes of every layer, and kept bytes and
/// references of every holder, by layer, slot, node and member. Both lists have the same names in
/// the same order: what one ledger lacks is 0 there, so that a storage that moves is a difference
/// and nothing "new".
struct LedgerPlaces {
  std::vector<Metric> baseline;
  std::vector<Metric> candidate;
};
/// Requires both runs to have a ledger
LedgerPlaces ledger_places(const RunRecord& baseline, const RunRecord& candidate);

/// How the fields that saved bytes depend on differ between two runs, a line a field; empty: their
/// ledgers have the same places.
std::vector<std::string> ledger_differences(const RunRecord& baseline, const RunRecord& candidate);

}  // namespace actscope::reports
