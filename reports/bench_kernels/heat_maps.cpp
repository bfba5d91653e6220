// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/heat_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "actscope/base/units.hpp"
#include "bench_kernels/variants.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

// What a cell shows. `shade` is -1 (blue, good) to 1 (orange, bad).
struct Figure {
  const char* name;
  Measured<double> (*value)(const KernelResult& row);
  const char* format;
  double factor;
  double (*shade)(double value);
};

// A factor of eight has the full color.
double shade_of_ratio(double ratio) {
  return ratio > 0 ? std::clamp(std::log2(ratio) / 3, -1.0, 1.0) : 0;
}
double shade_of_share(double share) {
  return -std::clamp(share, 0.0, 1.0);
}
double no_shade(double) {
  return 0;
}

constexpr Figure figures[] = {
    {"time over the best dense library", [](const KernelResult& r) { return r.to_dense.ratio; },
     "{:.2f}", 1, shade_of_ratio},
    {"time over LibTorch's dense product",
     [](const KernelResult& r) { return r.to_libtorch.ratio; }, "{:.2f}", 1, shade_of_ratio},
    {"share of the roofline", [](const KernelResult& r) { return r.roofline_ratio; }, "{:.0f} %",
     100, shade_of_share},
    {"GFLOP/s on kept blocks", [](const KernelResult& r) { return r.gflop_per_s; }, "{:.0f}", 1,
     no_shade},
    {"GB/s", [](const KernelResult& r) { return Measured<double>::of(r.gb_per_s); }, "{:.1f}", 1,
     no_shade},
    {"kept norm of the input", [](const KernelResult& r) { return r.kept_norm_ratio; }, "{:.3f}", 1,
     shade_of_share},
};

std::string background(double shade) {
  return fmt::format("background: rgba({}, {:.2f})", shade <= 0 ? "0, 114, 178" : "213, 94, 0",
                     std::abs(shade) * 0.75);
}

// What stands in the tip of a cell: the same whatever the cell shows.
std::string tip(const KernelResult& row) {
  std::string text = format_duration(row.time_s);
  if (row.dense_time_s.value) {
    text +=
        fmt::format(" against {} of {}", format_duration(*row.dense_time_s.value), row.dense_name);
  }
  if (row.to_dense.low.value && row.to_dense.high.value) {
    text += fmt::format(", {:.3f} to {:.3f}", *row.to_dense.low.value, *row.to_dense.high.value);
  }
  return text;
}

std::string cell(const KernelResult* row, const Figure& figure) {
  if (row == nullptr) return "<td class=\"none\">to come</td>";
  const Measured<double> value = figure.value(*row);
  if (!value.value) {
    return fmt::format("<td class=\"none\" title=\"{}\">{}</td>", escaped_html(value.reason),
                       figure.shade == shade_of_ratio ? format_duration(row->time_s) : "-");
  }
  return fmt::format("<td style=\"{}\" title=\"{}\">{}</td>",
                     background(figure.shade(*value.value)), escaped_html(tip(*row)),
                     fmt::format(fmt::runtime(figure.format), figure.factor * *value.value));
}

std::string heat_map(const KernelsBenchRecord& record, const KernelsVariant& variant,
                     const std::string& shape, const Figure& figure) {
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
        return variant.has(*row) && row->shape == shape && row->block_rows == block.rows &&
               row->block_cols == block.cols && row->sparsity_ratio == share;
      });
      html += cell(found == rows.end() ? nullptr : *found, figure);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

// What the operands of a shape are, for those who see the name first.
const char* meaning_of(const std::string& shape) {
  if (shape == "fc1") return "first channel layer, dW = dYᵀX: X [T, 384], dY [T, 1536]";
  if (shape == "fc2") return "second channel layer, dW = dYᵀX: X [T, 1536], dY [T, 384]";
  if (shape == "token-mix") return "token-mixing layer, dA = Σ dT Yᵀ over images: Y [196, 384]";
  return "";
}

std::string maps_of(const KernelsBenchRecord& record, const KernelsVariant& variant,
                    const Figure& figure) {
  std::string html;
  for (const std::string& shape : record.settings.shapes) {
    html += fmt::format(
        "<div class=\"map\"><h3>{}</h3><p class=\"note\">{}</p>\n<div "
        "class=\"scroll\">{}</div></div>\n",
        escaped_html(shape), meaning_of(shape), heat_map(record, variant, shape, figure));
  }
  return html;
}

std::string chooser(const char* id, const char* label, const std::vector<std::string>& options) {
  if (options.size() < 2) return {};
  std::string html = fmt::format("<label>{} <select id=\"{}\">", label, id);
  for (std::size_t i = 0; i < options.size(); ++i) {
    html += fmt::format("<option value=\"{}\">{}</option>", i, escaped_html(options[i]));
  }
  return html + "</select></label>";
}

}  // namespace

std::string kernels_heat_maps(const KernelsBenchRecord& record) {
  std::string html;
  std::vector<KernelsVariant> variants = variants_of(record);
  if (variants.empty()) variants.emplace_back();
  for (std::size_t v = 0; v < variants.size(); ++v) {
    for (std::size_t f = 0; f < std::size(figures); ++f) {
      html += fmt::format(
          "<div class=\"maps\" data-variant=\"{}\" data-figure=\"{}\"{}><p class=\"note\">{}: "
          "{}</p>\n<div class=\"mapset\">{}</div></div>\n",
          v, f, f == 0 ? "" : " hidden", escaped_html(describe(variants[v])),
          escaped_html(figures[f].name), maps_of(record, variants[v], figures[f]));
    }
  }
  return html;
}

std::string kernels_choosers(const KernelsBenchRecord& record) {
  std::vector<std::string> variants, names;
  for (const KernelsVariant& variant : variants_of(record)) variants.push_back(describe(variant));
  for (const Figure& figure : figures) names.emplace_back(figure.name);
  return chooser("variant", "Measured on", variants) + chooser("figure", "Show", names);
}

}  // namespace actscope::reports
