// SPDX-License-Identifier: Apache-2.0
#include "kernels_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/units.hpp"

namespace actscope::reports {
namespace {

constexpr const char* none = "-";

std::string shown(const Measured<double>& value, const char* format, double factor = 1) {
  return value.value ? fmt::format(fmt::runtime(format), factor * *value.value) : none;
}

std::string interval(const PairedRatio& ratio) {
  if (!ratio.low.value || !ratio.high.value) return none;
  return fmt::format("{:.2f}-{:.2f}", *ratio.low.value, *ratio.high.value);
}

// The row of a part (compress, product) at the point of a gradient row.
const KernelResult* part_of(const KernelsRecord& record, const KernelResult& whole,
                            const char* operation) {
  for (const KernelResult& row : record.results) {
    if (row.operation == operation && row.shape == whole.shape &&
        row.block_rows == whole.block_rows && row.block_cols == whole.block_cols &&
        row.sparsity_ratio == whole.sparsity_ratio) {
      return &row;
    }
  }
  return nullptr;
}

std::string part_text(const KernelsRecord& record, const KernelResult& whole, const char* name) {
  const KernelResult* part = part_of(record, whole, name);
  return part == nullptr ? none : shown(part->to_dense.ratio, "{:.2f}");
}

// Names of the rivals that are not dense libraries, in the order of their first row.
std::vector<std::string> other_names(const KernelsRecord& record) {
  std::vector<std::string> names;
  for (const KernelResult& row : record.results) {
    for (const KernelRival& rival : row.rivals) {
      if (rival.kind == RivalKind::dense || std::ranges::count(names, rival.name) > 0) continue;
      names.push_back(rival.name);
    }
  }
  return names;
}

std::string rival_text(const KernelResult& row, const std::string& name) {
  for (const KernelRival& rival : row.rivals) {
    if (rival.name != name) continue;
    return rival.status == RivalStatus::ok ? shown(rival.to_dense.ratio, "{:.2f}")
                                           : name_of(rival.status);
  }
  return none;
}

// Ratios of a rival over all points where it ran, lowest and highest.
std::string range_text(const std::vector<const KernelRival*>& entries) {
  std::vector<double> ratios;
  for (const KernelRival* rival : entries) {
    if (rival->to_dense.ratio.value) ratios.push_back(*rival->to_dense.ratio.value);
  }
  if (ratios.empty()) return none;
  const auto [low, high] = std::ranges::minmax(ratios);
  return fmt::format("{:.2f}-{:.2f}", low, high);
}

// One rival over all points.
struct RivalRow {
  std::string name, ratios, points, version, path, remark;
};

std::vector<RivalRow> rival_rows(const KernelsRecord& record) {
  std::vector<RivalRow> table;
  const std::vector<const KernelResult*> rows = gradient_rows(record);
  if (rows.empty()) return table;
  for (const KernelRival& first : rows.front()->rivals) {
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
    std::string remark;
    for (const std::string& text : remarks) remark += (remark.empty() ? "" : "; ") + text;
    table.push_back({first.name, range_text(entries), fmt::format("{} of {}", ran, entries.size()),
                     first.version.empty() ? none : first.version,
                     first.path.empty() ? none : first.path, remark.empty() ? none : remark});
  }
  return table;
}

std::string number(const Measured<double>& value) {
  return value.value ? fmt::format("{}", *value.value) : "";
}

}  // namespace

std::vector<const KernelResult*> gradient_rows(const KernelsRecord& record) {
  std::vector<const KernelResult*> rows;
  for (const KernelResult& row : record.results) {
    if (row.operation.ends_with("_gradient")) rows.push_back(&row);
  }
  return rows;
}

std::string block_text(const KernelResult& row) {
  return fmt::format("{}x{}", row.block_rows, row.block_cols);
}

TextTable kernels_table(const KernelsRecord& record) {
  const std::vector<std::string> others = other_names(record);
  std::vector<std::string> header = {"shape",   "block",   "dropped",  "time",     "of dense",
                                     "95 %",    "dense",   "of MKL",   "compress", "product",
                                     "GFLOP/s", "of peak", "kept norm"};
  header.insert(header.end(), others.begin(), others.end());
  TextTable table(header);
  for (const KernelResult* row : gradient_rows(record)) {
    std::vector<std::string> cells = {row->shape,
                                      block_text(*row),
                                      fmt::format("{:g} %", 100 * row->sparsity_ratio),
                                      format_duration(row->time_s),
                                      shown(row->to_dense.ratio, "{:.2f}"),
                                      interval(row->to_dense),
                                      row->dense_name.empty() ? none : row->dense_name,
                                      shown(row->to_libtorch.ratio, "{:.2f}"),
                                      part_text(record, *row, "compress"),
                                      part_text(record, *row, "product"),
                                      shown(row->gflop_per_s, "{:.0f}"),
                                      shown(row->peak_ratio, "{:.0f} %", 100),
                                      shown(row->kept_norm_ratio, "{:.3f}")};
    for (const std::string& name : others) cells.push_back(rival_text(*row, name));
    table.add(std::move(cells));
  }
  return table;
}

std::vector<std::string> rival_lines(const KernelsRecord& record) {
  std::vector<std::string> lines;
  for (const RivalRow& row : rival_rows(record)) {
    std::string line = row.name + ": " + row.ratios + " of dense at " + row.points + " points";
    for (const std::string* part : {&row.version, &row.path, &row.remark}) {
      if (*part != none) line += "; " + *part;
    }
    lines.push_back(line);
  }
  return lines;
}

TextTable rivals_table(const KernelsRecord& record) {
  TextTable table({"rival", "of dense", "points", "version", "file", "remark"});
  for (const RivalRow& row : rival_rows(record)) {
    table.add({row.name, row.ratios, row.points, row.version, row.path, row.remark});
  }
  return table;
}

TextTable kernels_numbers(const KernelsRecord& record) {
  TextTable table({"operator",        "shape",        "backend",
                   "block_rows",      "block_cols",   "sparsity_ratio",
                   "dtype",           "tokens",       "features",
                   "outputs",         "threads",      "time_s",
                   "dense_name",      "dense_time_s", "ratio_to_dense",
                   "ratio_low",       "ratio_high",   "ratio_to_libtorch",
                   "gflop_per_s",     "gb_per_s",     "peak_ratio",
                   "kept_norm_ratio", "samples"});
  const KernelsSettings& s = record.settings;
  for (const KernelResult& row : record.results) {
    table.add({row.operation,
               row.shape,
               s.backend,
               std::to_string(row.block_rows),
               std::to_string(row.block_cols),
               fmt::format("{}", row.sparsity_ratio),
               s.dtype,
               std::to_string(row.tokens),
               std::to_string(row.features),
               std::to_string(row.outputs),
               std::to_string(s.threads),
               fmt::format("{}", row.time_s),
               row.dense_name,
               number(row.dense_time_s),
               number(row.to_dense.ratio),
               number(row.to_dense.low),
               number(row.to_dense.high),
               number(row.to_libtorch.ratio),
               number(row.gflop_per_s),
               fmt::format("{}", row.gb_per_s),
               number(row.peak_ratio),
               number(row.kept_norm_ratio),
               std::to_string(row.samples)});
  }
  return table;
}

std::vector<std::string> kernels_remarks(const KernelsRecord& record) {
  const KernelsSettings& s = record.settings;
  std::vector<std::string> lines;
  if (record.status != RunStatus::completed) {
    lines.push_back("Not all points were measured: " + record.status_reason + ".");
  }
  lines.push_back(fmt::format(
      "Below 1 is faster than the best dense library of the same rounds. Medians of {} rounds that "
      "take everybody once, in drawn order, with {} threads each, {}; compress and product are the "
      "parts of time, over dense, too.",
      s.rounds, s.threads, s.dtype));
  lines.push_back(fmt::format(
      "GFLOP/s count what was kept. Peak of {} threads, measured: {:.0f} GFLOP/s; stream {:.1f} "
      "GB/s.",
      s.threads, record.machine.fma_peak_flops * 1e-9, record.machine.stream_bytes_per_s * 1e-9));
  lines.push_back("Kept norm: Frobenius norm of the kept blocks over that of all. Input: " +
                  record.input + ".");
  return lines;
}

}  // namespace actscope::reports
