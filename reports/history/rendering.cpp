// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/history/rendering.hpp"

#include "actscope/base/visible_text.hpp"
#include "gate/plain_text.hpp"
#include "history/page.hpp"
#include "history/table.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t longest_series_name = 70;

void add_block(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += std::string(title) + "\n";
  for (const std::string& line : lines) {
    text += wrapped("  " + plain_line(line), text_columns, "    ") + "\n";
  }
  text += "\n";
}

std::string text_of_history(const History& history, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += wrapped(plain_line(history.name) + ": " + history_sentence(history), text_columns, "  ");
  text += "\n\n";
  for (const HistoryGroup& group : history.groups) {
    if (has_one_report(history, group)) continue;
    text += wrapped(plain_line(group.name), text_columns, "  ") + "\n\n";
    if (group.series.empty()) {
      text += "  no report has one of the metrics\n\n";
    } else {
      text += history_table(history, group).text(longest_series_name, text_columns) + "\n";
    }
    add_block(text, "without a value:", gap_lines(history, group));
    add_block(text, "the environment changed there too:", cause_lines(history, group));
    add_block(text, "to quote:", quote_lines(group));
  }
  add_block(text, "one report only, so nothing to compare it with:", single_lines(history));
  add_block(text, "notes:", history_remarks(history));
  return text;
}

void add_list(std::string& text, const char* title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  text += std::string("\n") + title + "\n\n";
  for (const std::string& line : lines) text += "- " + markdown_text(line) + "\n";
}

std::string markdown_of_history(const History& history, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text +=
      "### History of " + markdown_text(history.name) + "\n\n" + history_sentence(history) + ".\n";
  for (const HistoryGroup& group : history.groups) {
    if (has_one_report(history, group)) continue;
    text += "\n#### " + markdown_text(group.name) + "\n\n";
    if (!group.series.empty()) text += history_table(history, group).markdown();
    add_list(text, "Without a value:", gap_lines(history, group));
    add_list(text, "The environment changed there too:", cause_lines(history, group));
    add_list(text, "To quote:", quote_lines(group));
  }
  add_list(text, "One report only, so nothing to compare it with:", single_lines(history));
  add_list(text, "Notes:", history_remarks(history));
  return text;
}

}  // namespace

std::string render_history(const History& history, Format format, std::string_view introduction) {
  switch (format) {
    case Format::text:
      return visible_text(text_of_history(history, introduction));
    case Format::markdown:
      return visible_text(markdown_of_history(history, introduction));
    case Format::csv:
      return history_numbers(history).csv();
    case Format::html:
      break;
  }
  return history_page(history, introduction);
}

}  // namespace actscope::reports
