// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/rivals.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench_kernels/variants.hpp"

namespace actscope::reports {
namespace {

// Ratios of a rival over all points where it ran, lowest and highest.
std::string range_text(const std::vector<const KernelRival*>& entries) {
  std::vector<double> ratios;
  for (const KernelRival* rival : entries) {
    if (rival->to_dense.ratio.value) ratios.push_back(*rival->to_dense.ratio.value);
  }
  if (ratios.empty()) return empty_cell;
  const auto [low, high] = std::ranges::minmax(ratios);
  return fmt::format("{:.2f}-{:.2f}", low, high);
}

// GFLOP/s in the same way.
std::string rates_text(const std::vector<const KernelRival*>& entries) {
  std::vector<double> rates;
  for (const KernelRival* rival : entries) {
    if (rival->gflop_per_s.value) rates.push_back(*rival->gflop_per_s.value);
  }
  if (rates.empty()) return empty_cell;
  const auto [low, high] = std::ranges::minmax(rates);
  return fmt::format("{:.0f}-{:.0f}", low, high);
}

// One rival over all points.
struct RivalRow {
  std::string name, ratios, rates, points, version, path, remark;
};

// Rivals differ by back end: one of each name.
std::vector<KernelRival> first_of_each(const std::vector<const KernelResult*>& rows) {
  std::vector<KernelRival> rivals;
  for (const KernelResult* row : rows) {
    for (const KernelRival& rival : row->rivals) {
      if (std::ranges::count(rivals, rival.name, &KernelRival::name) == 0) rivals.push_back(rival);
    }
  }
  return rivals;
}

// How many algorithms won where, the first of them by name.
std::string algorithms_text(const std::vector<const KernelRival*>& entries) {
  std::vector<std::string> names;
  for (const KernelRival* rival : entries) {
    if (rival->algorithm.empty() || std::ranges::count(names, rival->algorithm) > 0) continue;
    names.push_back(rival->algorithm);
  }
  if (names.empty()) return {};
  if (names.size() == 1) return names.front();
  return fmt::format("{} (and {} others at other points)", names.front(), names.size() - 1);
}

std::vector<RivalRow> rival_rows(const KernelsBenchRecord& record) {
  std::vector<RivalRow> table;
  const std::vector<const KernelResult*> rows = gradient_rows(record);
  for (const KernelRival& first : first_of_each(rows)) {
    std::vector<const KernelRival*> entries;
    for (const KernelResult* row : rows) {
      for (const KernelRival& rival : row->rivals) {
        if (rival.name == first.name) entries.push_back(&rival);
      }
    }
    const auto ran = std::ranges::count(entries, RivalStatus::ok, &KernelRival::status);
    std::vector<std::string> remarks;
    for (const KernelRival* rival : entries) {
      const std::string text = rival->status == RivalStatus::ok || rival->message.empty()
                                   ? rival->message
                                   : std::string(name_of(rival->status)) + ": " + rival->message;
      if (!text.empty() && std::ranges::count(remarks, text) == 0) remarks.push_back(text);
    }
    const std::string algorithms = algorithms_text(entries);
    if (!algorithms.empty()) remarks.push_back(algorithms);
    table.push_back({first.name, range_text(entries), rates_text(entries),
                     fmt::format("{} of {}", ran, entries.size()),
                     first.version.empty() ? empty_cell : first.version,
                     first.path.empty() ? empty_cell : first.path,
                     remarks.empty() ? empty_cell : fmt::format("{}", fmt::join(remarks, "; "))});
  }
  return table;
}

}  // namespace

std::vector<std::string> rival_lines(const KernelsBenchRecord& record) {
  std::vector<std::string> lines;
  for (const RivalRow& row : rival_rows(record)) {
    std::string line = row.name + ": " + row.ratios + " of dense at " + row.points + " points";
    if (row.rates != empty_cell) line += "; " + row.rates + " GFLOP/s";
    for (const std::string* part : {&row.version, &row.path, &row.remark}) {
      if (*part != empty_cell) line += "; " + *part;
    }
    lines.push_back(line);
  }
  return lines;
}

TextTable rivals_table(const KernelsBenchRecord& record) {
  TextTable table({"rival", "of dense", "GFLOP/s", "points", "version", "file", "remark"});
  for (const RivalRow& row : rival_rows(record)) {
    table.add({row.name, row.ratios, row.rates, row.points, row.version, row.path, row.remark});
  }
  return table;
}

}  // namespace actscope::reports
