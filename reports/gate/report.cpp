// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/report.hpp"

#include <fmt/format.h>

#include "actscope/base/visible_text.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "format/text_table.hpp"
#include "gate/page.hpp"

namespace actscope::reports {
namespace {

TextTable gate_numbers(const GateResult& result) {
  TextTable table({"metric", "class", "verdict", "reason", "baseline", "candidate", "ratio",
                   "ratio_low", "ratio_high", "waiver", "message"});
  const auto number = [](const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
  };
  for (const GateRow& row : result.rows) {
    table.add({row.metric, name_of(row.kind), name_of(row.verdict), row.reason,
               number(row.baseline), number(row.candidate), number(row.ratio),
               number(row.ratio_low), number(row.ratio_high), row.waiver, row.message});
  }
  return table;
}

}  // namespace

std::string render_gate(const GateResult& result, Format format, std::string_view introduction) {
  switch (format) {
    case Format::text: {
      const std::string above =
          introduction.empty() ? "" : wrapped(introduction, text_columns) + "\n\n";
      return visible_text(above + gate_text(result));
    }
    case Format::markdown: {
      const std::string above = introduction.empty() ? "" : std::string(introduction) + "\n\n";
      return visible_text(above + gate_markdown(result));
    }
    case Format::csv:
      return gate_numbers(result).csv();
    case Format::html:
      break;
  }
  return gate_page(result, introduction);
}

}  // namespace actscope::reports
