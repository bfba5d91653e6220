// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/memory/ledger_rendering.hpp"

#include <limits>

#include "format/text_table.hpp"
#include "memory/ledger_json.hpp"
#include "memory/ledger_table.hpp"

namespace actscope::reports {

std::string render_ledger_text(const LedgerRecord& ledger) {
  std::string text = ledger_table(ledger, std::numeric_limits<std::size_t>::max()).text();
  text += "\n";
  for (const std::string& line : ledger_remarks(ledger)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  return text;
}

std::string write_ledger_json(const LedgerRecord& ledger) {
  return format_json(ledger_json(ledger));
}

}  // namespace actscope::reports
