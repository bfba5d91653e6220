// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/units.hpp"
#include "bench_kernels/heat_maps.hpp"
#include "bench_kernels/rivals.hpp"
#include "bench_kernels/table.hpp"
#include "environment/text.hpp"
#include "format/html.hpp"

namespace actscope::reports {
namespace {

std::string tile(const std::string& figure, const std::string& meaning) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", escaped_html(figure),
                     escaped_html(meaning));
}

std::string point_text(const KernelResult& row) {
  return fmt::format("{} {} at {:g} %, {}", row.shape, block_text(row), 100 * row.sparsity_ratio,
                     describe(KernelsVariant{row.backend, row.dtype, row.threads}));
}

// Tiles of the gradients with the lowest and the highest time over dense.
std::string ratio_tiles(const KernelsBenchRecord& record) {
  std::vector<const KernelResult*> rows = gradient_rows(record);
  std::erase_if(rows, [](const KernelResult* row) { return !row->to_dense.ratio.value; });
  if (rows.empty()) return {};
  const auto ratio = [](const KernelResult* row) { return *row->to_dense.ratio.value; };
  const auto [best, worst] = std::ranges::minmax(rows, {}, ratio);
  std::string html =
      tile(fmt::format("{:.2f} of dense", ratio(best)), "best: " + point_text(*best));
  if (best == worst) return html;
  return html + tile(fmt::format("{:.2f} of dense", ratio(worst)), "worst: " + point_text(*worst));
}

std::string tiles(const KernelsBenchRecord& record) {
  constexpr std::size_t most_machines = 4;
  std::string html = ratio_tiles(record);
  for (std::size_t i = 0; i < std::min(record.machines.size(), most_machines); ++i) {
    const KernelsMachine& m = record.machines[i];
    if (!m.peak_flops.value || !m.bandwidth_bytes_per_s.value) continue;
    std::string name = m.backend + (m.dtype.empty() ? "" : " " + m.dtype);
    if (m.threads > 0) name += ", " + threads_text(m.threads);
    html += tile(fmt::format("{:.0f} GFLOP/s, {:.0f} GB/s", *m.peak_flops.value * 1e-9,
                             *m.bandwidth_bytes_per_s.value * 1e-9),
                 "measured peak and bandwidth of " + name);
  }
  return html;
}

using TableOf = TextTable (*)(const KernelsBenchRecord& record, const KernelsVariant& variant);

// One table a variant, of which the page shows the chosen one.
std::string tables(const KernelsBenchRecord& record, TableOf table_of) {
  std::string html;
  const std::vector<KernelsVariant> variants = variants_of(record);
  for (std::size_t v = 0; v < variants.size(); ++v) {
    html += fmt::format(
        "<div class=\"of-variant\" data-variant=\"{}\"><p class=\"note\">{}</p><div "
        "class=\"scroll\">{}</div></div>\n",
        v, escaped_html(describe(variants[v])), table_of(record, variants[v]).html());
  }
  return html;
}

}  // namespace

std::string kernels_page(const KernelsBenchRecord& record, std::string_view introduction) {
  std::string remarks;
  for (const std::string& line : kernels_remarks(record)) {
    remarks += "<li>" + escaped_html(line) + "</li>\n";
  }
  return filled(html_kernels(),
                {{"STYLE", std::string(html_style())},
                 {"INTRODUCTION", escaped_html(introduction)},
                 {"TILES", tiles(record)},
                 {"CHOOSERS", kernels_choosers(record)},
                 {"MAPS", kernels_heat_maps(record)},
                 {"REMARKS", remarks},
                 {"TABLE", tables(record, kernels_table)},
                 {"PARTS", tables(record, kernels_parts_table)},
                 {"RIVALS", rivals_table(record).html()},
                 {"MACHINES", machines_table(record).html()},
                 {"ENVIRONMENT", escaped_html(environment_text(record.environment))}});
}

}  // namespace actscope::reports
