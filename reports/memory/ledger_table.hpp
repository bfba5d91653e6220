// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actscope/base/ledger_record.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// One row a storage, largest first: who keeps it, where, how much; what is beyond `rows` stands in
/// one row.
TextTable ledger_table(const LedgerRecord& ledger, std::size_t rows);

/// The account: sums, residual, what could not be read.
std::vector<std::string> ledger_remarks(const LedgerRecord& ledger);

/// The stored bytes of every layer, in the order of forward, with its largest slot.
TextTable layer_table(const std::vector<LayerFootprint>& layers);

}  // namespace actscope::reports
