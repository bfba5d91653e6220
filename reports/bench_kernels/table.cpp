// SPDX-License-Identifier: Apache-2.0
#include "bench_kernels/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "actscope/base/units.hpp"

namespace actscope::reports {
namespace {

std::string shown(const Measured<double>& value, const char* format, double factor = 1) {
  return value.value ? fmt::format(fmt::runtime(format), factor * *value.value) : empty_cell;
}

std::string interval(const PairedRatio& ratio) {
  if (!ratio.low.value || !ratio.high.value) return empty_cell;
  return fmt::format("{:.2f}-{:.2f}", *ratio.low.value, *ratio.high.value);
}

std::string part_text(const KernelsBenchRecord& record, const KernelResult& whole,
                      const char* name) {
  const KernelResult* part = part_of(record, whole, name);
  return part == nullptr ? empty_cell : shown(part->to_dense.ratio, "{:.2f}");
}

// Names of the rivals that are not dense libraries, in the order of their first row.
std::vector<std::string> other_names(const KernelsBenchRecord& record,
                                     const KernelsVariant& variant) {
  std::vector<std::string> names;
  for (const KernelResult& row : record.results) {
    if (!variant.has(row)) continue;
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
  return empty_cell;
}

std::string rate_text(const Measured<double>& per_s, const char* unit) {
  return per_s.value ? fmt::format("{:.1f} {}", *per_s.value * 1e-9, unit) : empty_cell;
}

std::string machine_name(const KernelsMachine& machine) {
  std::string name = machine.backend;
  if (!machine.dtype.empty()) name += " " + machine.dtype;
  if (machine.threads > 0) name += ", " + threads_text(machine.threads);
  return name;
}

std::string number(const Measured<double>& value) {
  return value.value ? fmt::format("{}", *value.value) : "";
}

}  // namespace

TextTable kernels_table(const KernelsBenchRecord& record, const KernelsVariant& variant) {
  TextTable table({"shape", "block", "dropped", "time", "of dense", "95 %", "dense", "of LibTorch",
                   "GFLOP/s", "GB/s", "of peak", "of roofline", "kept norm"});
  for (const KernelResult* row : gradient_rows(record)) {
    if (!variant.has(*row)) continue;
    table.add({row->shape, block_text(*row), fmt::format("{:g} %", 100 * row->sparsity_ratio),
               format_duration(row->time_s), shown(row->to_dense.ratio, "{:.2f}"),
               interval(row->to_dense), row->dense_name.empty() ? empty_cell : row->dense_name,
               shown(row->to_libtorch.ratio, "{:.2f}"), shown(row->gflop_per_s, "{:.0f}"),
               fmt::format("{:.1f}", row->gb_per_s), shown(row->peak_ratio, "{:.0f} %", 100),
               shown(row->roofline_ratio, "{:.0f} %", 100), shown(row->kept_norm_ratio, "{:.3f}")});
  }
  return table;
}

TextTable kernels_parts_table(const KernelsBenchRecord& record, const KernelsVariant& variant) {
  const std::vector<std::string> others = other_names(record, variant);
  std::vector<std::string> header = {"shape", "block", "dropped", "compress", "product"};
  header.insert(header.end(), others.begin(), others.end());
  TextTable table(header);
  for (const KernelResult* row : gradient_rows(record)) {
    if (!variant.has(*row)) continue;
    std::vector<std::string> cells = {
        row->shape, block_text(*row), fmt::format("{:g} %", 100 * row->sparsity_ratio),
        part_text(record, *row, "compress"), part_text(record, *row, "product")};
    for (const std::string& name : others) cells.push_back(rival_text(*row, name));
    table.add(std::move(cells));
  }
  return table;
}

TextTable machines_table(const KernelsBenchRecord& record) {
  TextTable table({"machine", "peak", "bandwidth", "device", "measured by"});
  for (const KernelsMachine& m : record.machines) {
    table.add({machine_name(m), rate_text(m.peak_flops, "GFLOP/s"),
               rate_text(m.bandwidth_bytes_per_s, "GB/s"), m.device.empty() ? empty_cell : m.device,
               m.origin.empty() ? empty_cell : m.origin});
  }
  return table;
}

TextTable kernels_numbers(const KernelsBenchRecord& record) {
  TextTable table({"operator",       "shape",           "backend",
                   "block_rows",     "block_cols",      "sparsity_ratio",
                   "dtype",          "tokens",          "features",
                   "outputs",        "threads",         "time_s",
                   "dense_name",     "dense_time_s",    "ratio_to_dense",
                   "ratio_low",      "ratio_high",      "ratio_to_libtorch",
                   "gflop_per_s",    "gb_per_s",        "peak_ratio",
                   "roofline_ratio", "kept_norm_ratio", "kept_flops",
                   "moved_bytes",    "select",          "samples"});
  for (const KernelResult& row : record.results) {
    table.add({row.operation,
               row.shape,
               row.backend,
               std::to_string(row.block_rows),
               std::to_string(row.block_cols),
               fmt::format("{}", row.sparsity_ratio),
               row.dtype,
               std::to_string(row.tokens),
               std::to_string(row.features),
               std::to_string(row.outputs),
               std::to_string(row.threads),
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
               number(row.roofline_ratio),
               number(row.kept_norm_ratio),
               std::to_string(row.kept_flops),
               std::to_string(row.moved_bytes),
               row.select,
               std::to_string(row.samples)});
  }
  return table;
}

std::vector<std::string> kernels_remarks(const KernelsBenchRecord& record) {
  const KernelsSettings& s = record.settings;
  std::vector<std::string> lines;
  if (record.status != RunStatus::completed) {
    lines.push_back("Not all points were measured: " + record.status_reason + ".");
  }
  std::string variants;
  for (const KernelsVariant& variant : variants_of(record)) {
    variants += (variants.empty() ? "" : "; ") + describe(variant);
  }
  if (!variants.empty()) {
    lines.push_back(fmt::format("Measured: {}; blocks chosen by {}.", variants, s.select));
  }
  lines.push_back(fmt::format(
      "of dense: time over that of the fastest dense library of the same rounds; 0.50 is half the "
      "time, below 1 is faster. Median of {} rounds that take everybody once, in drawn order, with "
      "its 95 % interval.",
      s.rounds));
  lines.push_back(
      "GFLOP/s count kept blocks only, GB/s what has to move at least. of roofline: over "
      "min(peak, FLOPs a byte x bandwidth) as measured here; above 100 % the data came from a "
      "cache.");
  for (const KernelsMachine& machine : record.machines) {
    lines.push_back(fmt::format("Peak of {}, measured: {}; bandwidth {}.", machine_name(machine),
                                rate_text(machine.peak_flops, "GFLOP/s"),
                                rate_text(machine.bandwidth_bytes_per_s, "GB/s")));
  }
  lines.push_back("kept norm: Frobenius norm of the kept blocks over that of all. Input: " +
                  record.input + ".");
  return lines;
}

}  // namespace actscope::reports
