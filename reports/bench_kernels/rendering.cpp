// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/bench_kernels/rendering.hpp"

#include <fmt/format.h>

#include "actscope/base/error.hpp"
#include "actscope/base/visible_text.hpp"
#include "bench_kernels/page.hpp"
#include "bench_kernels/rivals.hpp"
#include "bench_kernels/table.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

using TableOf = TextTable (*)(const KernelsBenchRecord& record, const KernelsVariant& variant);

// The tables of all variants, with a heading each where there are several.
std::string tables(const KernelsBenchRecord& record, TableOf table_of, Format format) {
  const std::vector<KernelsVariant> variants = variants_of(record);
  std::string text;
  for (const KernelsVariant& variant : variants) {
    const TextTable table = table_of(record, variant);
    const bool is_text = format == Format::text;
    if (variants.size() > 1)
      text += (is_text ? "" : "**") + describe(variant) + (is_text ? "" : "**") + "\n\n";
    text += (is_text ? table.text() : table.markdown()) + "\n";
  }
  return text;
}

std::string text_of(const KernelsBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = wrapped(introduction, text_columns) + "\n\n";
  text += tables(record, kernels_table, Format::text);
  for (const std::string& line : kernels_remarks(record)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  text += "\nParts of ours and rivals that leave work out, over the same dense library:\n\n" +
          tables(record, kernels_parts_table, Format::text);
  for (const std::string& line : rival_lines(record)) {
    text += wrapped(line, text_columns, "  ") + "\n";
  }
  return text;
}

std::string markdown_of(const KernelsBenchRecord& record, std::string_view introduction) {
  std::string text;
  if (!introduction.empty()) text = std::string(introduction) + "\n\n";
  text += tables(record, kernels_table, Format::markdown);
  for (const std::string& line : kernels_remarks(record)) text += "- " + escaped_html(line) + "\n";
  return text + "\n" + tables(record, kernels_parts_table, Format::markdown) +
         rivals_table(record).markdown() + "\n" + machines_table(record).markdown();
}

}  // namespace

std::string render_kernels(const KernelsBenchRecord& record, Format format,
                           std::string_view introduction) {
  switch (format) {
    case Format::text:
      return visible_text(text_of(record, introduction));
    case Format::markdown:
      return visible_text(markdown_of(record, introduction));
    case Format::html:
      return kernels_page(record, introduction);
    case Format::csv:
      return kernels_numbers(record).csv();
  }
  throw ConfigError(error_text("unknown format", {}, "give text, md, html or csv"));
}

}  // namespace actscope::reports
