// SPDX-License-Identifier: Apache-2.0
#include "run/memory_section.hpp"

#include <fmt/format.h>

#include "actscope/base/units.hpp"
#include "memory/ledger_table.hpp"
#include "memory/table.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t rows_a_run = 40;

std::string part(const std::string& summary, const TextTable& table,
                 const std::vector<std::string>& remarks) {
  std::string html = "<details class=\"ledger\"><summary>" + escaped_html(summary) +
                     "</summary><div class=\"scroll\">" + table.html() +
                     "</div>\n<ul class=\"note\">";
  for (const std::string& line : remarks) html += "<li>" + escaped_html(line) + "</li>\n";
  return html + "</ul></details>\n";
}

std::string residual_text(const LedgerRecord& ledger) {
  const auto& residual = ledger.residual_bytes;
  return residual.value ? "residual " + format_count(*residual.value) + " B" : "no residual known";
}

}  // namespace

std::string html_ledger(std::span<const NamedRun> runs) {
  std::string parts;
  for (const NamedRun& run : runs) {
    if (const auto& ledger = run.record.ledger) {
      const LedgerTotals totals = totals_of(*ledger);
      parts += part(
          fmt::format("{}: {} kept on {} storages, {}", run.name, format_bytes(totals.kept_bytes),
                      format_count(totals.storages), residual_text(*ledger)),
          ledger_table(*ledger, rows_a_run), ledger_remarks(*ledger));
    }
    if (const auto& memory = run.record.memory) {
      parts += part(fmt::format("{}: {} at the peak, by category", run.name,
                                format_bytes(memory->peak.bytes)),
                    memory_table(*memory), memory_remarks(*memory));
    }
  }
  if (parts.empty()) return {};
  return "<section id=\"ledger-section\"><h2>Who keeps the memory</h2>\n<p class=\"note\">Read "
         "from "
         "the autograd graph of one step, storage by storage, and checked against the "
         "allocator.</p>\n" +
         parts + "</section>\n";
}

}  // namespace actscope::reports
