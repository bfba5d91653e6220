// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "actscope/base/units.hpp"
#include "actscope/reports/kernels_document.hpp"
#include "html_report.hpp"
#include "kernels_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace actscope::reports {
namespace {

constexpr std::size_t text_columns = 120;

std::string text_of(const KernelsRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += kernels_table(record).text() + "\n";
  for (const std::string& line : kernels_remarks(record)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  text += "\n";
  for (const std::string& line : rival_lines(record)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  return text;
}

std::string markdown_of(const KernelsRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += kernels_table(record).markdown() + "\n";
  for (const std::string& line : kernels_remarks(record)) text += "- " + escaped_html(line) + "\n";
  return text + "\n" + rivals_table(record).markdown();
}

// Blue for a ratio below 1, orange above; full at a factor of eight.
std::string shade(double ratio) {
  const double strength = std::min(1.0, std::abs(std::log2(ratio)) / 3) * 0.75;
  return fmt::format("background: rgba({}, {:.2f})", ratio <= 1 ? "0, 114, 178" : "213, 94, 0",
                     strength);
}

std::string cell(const KernelResult* row) {
  if (row == nullptr) return "<td class=\"none\">to come</td>";
  if (!row->to_dense.ratio.value || *row->to_dense.ratio.value <= 0) {
    return "<td class=\"none\">" + format_duration(row->time_s) + "</td>";
  }
  const double ratio = *row->to_dense.ratio.value;
  std::string title = fmt::format("{} against {}", format_duration(row->time_s), row->dense_name);
  if (row->to_dense.low.value && row->to_dense.high.value) {
    title += fmt::format(", {:.3f} to {:.3f}", *row->to_dense.low.value, *row->to_dense.high.value);
  }
  return fmt::format("<td style=\"{}\" title=\"{}\">{:.2f}</td>", shade(ratio), escaped_html(title),
                     ratio);
}

std::string heat_map(const KernelsRecord& record, const std::string& shape) {
  const std::vector<const KernelResult*> rows = gradient_rows(record);
  std::string html = "<table class=\"heat\"><thead><tr><th>block</th>";
  for (const double share : record.settings.sparsities) {
    html += fmt::format("<th>{:g} % dropped</th>", 100 * share);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const KernelBlock& block : record.settings.blocks) {
    html += fmt::format("<tr><th>{}x{}</th>", block.rows, block.cols);
    for (const double share : record.settings.sparsities) {
      const auto found = std::ranges::find_if(rows, [&](const KernelResult* row) {
        return row->shape == shape && row->block_rows == block.rows &&
               row->block_cols == block.cols && row->sparsity_ratio == share;
      });
      html += cell(found == rows.end() ? nullptr : *found);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string html_of(const KernelsRecord& record, std::string_view introduction) {
  std::string maps, remarks;
  for (const std::string& shape : record.settings.shapes) {
    maps += "<h3>" + escaped_html(shape) + "</h3>\n<div class=\"scroll\">" +
            heat_map(record, shape) + "</div>\n";
  }
  for (const std::string& line : kernels_remarks(record)) {
    remarks += "<li>" + escaped_html(line) + "</li>\n";
  }
  const EnvironmentRecord& e = record.environment;
  const std::string machine =
      fmt::format("{}, {} cores, {}; {}; kernels: {}; Actscope {} ({}), LibTorch {}, {}, {}", e.cpu,
                  e.cores, format_bytes(e.memory_bytes), e.os, e.kernel_backend, e.program_version,
                  e.git_revision, e.libtorch_version, e.compiler, e.build_type);
  return filled(html_kernels(), {{"STYLE", std::string(html_style())},
                                 {"INTRODUCTION", escaped_html(introduction)},
                                 {"MAPS", maps},
                                 {"REMARKS", remarks},
                                 {"TABLE", kernels_table(record).html()},
                                 {"RIVALS", rivals_table(record).html()},
                                 {"ENVIRONMENT", escaped_html(machine)}});
}

}  // namespace

std::string render_kernels(const KernelsRecord& record, Format format,
                           std::string_view introduction) {
  switch (format) {
    case Format::text:
      return text_of(record, introduction);
    case Format::markdown:
      return markdown_of(record, introduction);
    case Format::html:
      return html_of(record, introduction);
    case Format::csv:
      return kernels_numbers(record).csv();
  }
  throw ConfigError(error_text("unknown format", {}, "give text, md, html or csv"));
}

}  // namespace actscope::reports
