// SPDX-License-Identifier: Apache-2.0
#include "gate/page.hpp"

#include <fmt/format.h>

#include "actscope/base/visible_text.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "format/html.hpp"
#include "format/text_table.hpp"
#include "gate/plain_text.hpp"
#include "gate/row.hpp"
#include "gate/tally.hpp"

namespace actscope::reports {
namespace {

std::string cell(const std::string& text, const char* kind = "") {
  return fmt::format("<td{}>{}</td>", *kind == '\0' ? "" : fmt::format(" class=\"{}\"", kind),
                     text);
}

std::string ratio_text_of(const GateRow& row) {
  if (!row.ratio) return "n/a";
  const bool has_interval = row.ratio_low && row.ratio_high && *row.ratio_low < *row.ratio_high;
  const std::string ratio = fmt::format("{:.4g}", *row.ratio);
  return has_interval ? fmt::format("{} [{:.4g}, {:.4g}]", ratio, *row.ratio_low, *row.ratio_high)
                      : ratio;
}

// How a row counts: what fails the gate, leaves it open, passes by a waiver, or is neither.
const char* kind_of_row(const GateRow& row) {
  if (!row.waiver.empty()) return "waived";
  if (fails_gate(row)) return "fails";
  if (leaves_open(row)) return "open";
  return row.verdict == GateVerdict::improved ? "improved" : "plain";
}

std::string row_html(const GateRow& row) {
  std::string why = "<code>" + xml_text(row.reason) + "</code> " + xml_text(row.message);
  if (!row.waiver.empty()) why += " <b>Waived:</b> " + xml_text(row.waiver);
  const std::string verdict =
      row.waiver.empty() ? name_of(row.verdict) : std::string(name_of(row.verdict)) + ", waived";
  return "<tr>" + cell(xml_text(row.metric)) + cell(name_of(row.kind)) +
         cell(verdict, kind_of_row(row)) + cell(short_value(row.metric, row.baseline)) +
         cell(short_value(row.metric, row.candidate)) + cell(ratio_text_of(row)) +
         cell(why, "why") + "</tr>\n";
}

std::string rows_html(const std::string& rows) {
  return "<div class=\"scroll\"><table class=\"gate\"><thead><tr><th>metric</th><th>class</th>"
         "<th>verdict</th><th>baseline</th><th>candidate</th><th>ratio</th><th>why</th></tr></"
         "thead>"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string block(const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::vector<std::string> shown;
  shown.reserve(lines.size());
  for (const std::string& line : lines) shown.push_back(plain_line(line));
  return fmt::format("<section><h2>{}</h2><ul>{}</ul></section>\n", title, list_html(shown));
}

std::string tiles_of(const GateResult& result) {
  const GateTally tally = tally_of(result);
  std::string html =
      fmt::format("<div class=\"tile\"><b class=\"{}\">{}</b><span>verdict</span></div>\n",
                  name_of(result.verdict), name_of(result.verdict));
  const auto tile = [&](std::int64_t count, const char* what) {
    if (count == 0) return;
    html += fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", count, what);
  };
  tile(tally.failing, "fail the gate");
  tile(tally.open, "left open");
  tile(tally.waived, "waived");
  tile(tally.added, "new");
  tile(tally.improved, "improved");
  tile(tally.same, "the same");
  tile(tally.timings, "timings not judged");
  tile(result.ignored, "left out by the policy");
  return html;
}

}  // namespace

std::string gate_page(const GateResult& result, std::string_view introduction) {
  std::string told, same;
  std::size_t equal = 0;
  for (const GateRow& row : result.rows) {
    const bool is_same = row.verdict == GateVerdict::same;
    equal += is_same ? 1 : 0;
    (is_same ? same : told) += row_html(row);
  }
  const std::string rows =
      told.empty() ? "<p class=\"empty\">Nothing differs.</p>\n" : rows_html(told);
  const std::string others =
      same.empty() ? ""
                   : fmt::format("<details><summary>the same: {}</summary>{}</details>\n", equal,
                                 rows_html(same));
  return filled(html_gate(),
                {{"STYLE", std::string(html_style())},
                 {"LOGO", std::string(html_logo())},
                 {"INTRODUCTION", escaped_html(visible_line(introduction))},
                 {"SENTENCE", escaped_html(gate_sentence(result))},
                 {"BASELINE", xml_text(result.baseline_name)},
                 {"CANDIDATE", xml_text(result.candidate_name)},
                 {"TILES", tiles_of(result)},
                 {"ROWS", rows},
                 {"SAME", others},
                 {"BLOCKS", block("Configurations differ", result.config_differences) +
                                block("Environments differ", result.environment_differences) +
                                block("Notes", result.notes)}});
}

}  // namespace actscope::reports
