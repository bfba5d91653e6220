// SPDX-License-Identifier: Apache-2.0
#include "rates.hpp"

#include <algorithm>

namespace actscope::bench {
namespace {

constexpr const char* no_flops = "compress multiplies nothing";

// Seconds that the machine needs at least.
double least_s(const KernelResult& row, double peak_flops, double bandwidth_bytes_per_s) {
  return std::max(static_cast<double>(row.kept_flops) / peak_flops,
                  static_cast<double>(row.moved_bytes) / bandwidth_bytes_per_s);
}

}  // namespace

void set_rates(KernelResult& row, const KernelsMachine& machine) {
  using Figure = Measured<double>;
  const Figure& peak = machine.peak_flops;
  const Figure& bandwidth = machine.bandwidth_bytes_per_s;
  const double flops_per_s = static_cast<double>(row.kept_flops) / row.time_s;
  row.gb_per_s = static_cast<double>(row.moved_bytes) / row.time_s * 1e-9;
  if (row.kept_flops == 0) {
    row.gflop_per_s = row.peak_ratio = Figure::missing(no_flops);
  } else {
    row.gflop_per_s = Figure::of(flops_per_s * 1e-9);
    row.peak_ratio =
        peak.value ? Figure::of(flops_per_s / *peak.value) : Figure::missing(peak.reason);
  }
  if (!bandwidth.value) {
    row.roofline_ratio = Figure::missing(bandwidth.reason);
  } else if (row.kept_flops > 0 && !peak.value) {
    row.roofline_ratio = Figure::missing(peak.reason);
  } else {
    row.roofline_ratio =
        Figure::of(least_s(row, peak.value.value_or(1), *bandwidth.value) / row.time_s);
  }
}

}  // namespace actscope::bench
