// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/ledger_record.hpp"

namespace actscope::reports {

/// A ledger as a table, one row a storage, largest first, and below it the account: what was live,
/// what explains it, what could not be read. docs/guide/reading-a-ledger.md says how to read it.
std::string render_ledger_text(const LedgerRecord& ledger);

/// The `ledger` of a run document by itself, as JSON.
std::string write_ledger_json(const LedgerRecord& ledger);

}  // namespace actscope::reports
