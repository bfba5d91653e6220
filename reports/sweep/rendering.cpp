// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/sweep/rendering.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/visible_text.hpp"
#include "actscope/reports/sweep/groups.hpp"
#include "format/text_table.hpp"
#include "sweep/page.hpp"
#include "sweep/table.hpp"

namespace actscope::reports {
namespace {

std::string sweep_text(const SweepRecord& record, std::string_view introduction) {
  const std::vector<SweepGroup> groups = sweep_groups(record);
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += sweep_table(groups).text(longest_name, text_columns) + "\n";
  for (const std::string& line : sweep_remarks(record, groups)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  return text;
}

std::string sweep_markdown(const SweepRecord& record, std::string_view introduction) {
  const std::vector<SweepGroup> groups = sweep_groups(record);
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += sweep_table(groups).markdown() + "\n";
  for (const std::string& line : sweep_remarks(record, groups)) {
    text += "- " + escaped_html(line) + "\n";
  }
  return text;
}

}  // namespace

std::string render_sweep(const SweepWithRuns& sweep, Format format, std::string_view introduction) {
  switch (format) {
    case Format::text:
      return visible_text(sweep_text(sweep.record, introduction));
    case Format::markdown:
      return visible_text(sweep_markdown(sweep.record, introduction));
    case Format::html:
      return html_sweep_report(sweep, introduction);
    case Format::csv:
      return sweep_numbers(sweep.record).csv();
  }
  throw ConfigError(error_text("unknown format", {}, "give text, md, html or csv"));
}

}  // namespace actscope::reports
