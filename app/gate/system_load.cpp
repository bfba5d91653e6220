// SPDX-License-Identifier: Apache-2.0
#include "gate/system_load.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

// user, nice, system, idle, iowait, irq, softirq, steal: ticks, of all cores.
void read_stat(const fs::path& root, SystemCounts& counts) {
  std::ifstream file(root / "proc/stat");
  std::string name;
  std::array<double, 8> ticks{};
  if (!(file >> name) || name != "cpu") return;
  double all = 0;
  for (double& tick : ticks) {
    if (!(file >> tick)) return;
    all += tick;
  }
  const double a_second = static_cast<double>(std::max(1L, ::sysconf(_SC_CLK_TCK)));
  counts.all_s = all / a_second;
  counts.stolen_s = ticks[7] / a_second;
  counts.busy_s = (all - ticks[3] - ticks[4] - ticks[7]) / a_second;
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345", microseconds.
void read_pressure(const fs::path& root, SystemCounts& counts) {
  std::ifstream file(root / "proc/pressure/cpu");
  for (std::string word; file >> word;) {
    if (word.rfind("total=", 0) != 0) continue;
    std::istringstream number(word.substr(6));
    double microseconds = 0;
    if (number >> microseconds) counts.waiting_s = 1e-6 * microseconds;
    return;
  }
}

void read_frequency(const fs::path& root, SystemCounts& counts) {
  double sum = 0;
  int cores = 0;
  for (; cores < 4096; ++cores) {
    std::ifstream file(root / ("sys/devices/system/cpu/cpu" + std::to_string(cores)) /
                       "cpufreq/scaling_cur_freq");
    double kilohertz = 0;
    if (!(file >> kilohertz)) break;
    sum += 1e3 * kilohertz;
  }
  if (cores > 0) counts.frequency_hz = sum / cores;
}

std::optional<double> share(const std::optional<double>& before, const std::optional<double>& after,
                            double taken_off, double whole) {
  if (!before || !after || !(whole > 0)) return std::nullopt;
  return std::clamp((*after - *before - taken_off) / whole, 0.0, 1.0);
}

}  // namespace

SystemCounts read_system_counts(const fs::path& root) {
  SystemCounts counts;
  read_stat(root, counts);
  read_pressure(root, counts);
  read_frequency(root, counts);
  return counts;
}

reports::RoundLoad load_between(const SystemCounts& before, const SystemCounts& after,
                                double elapsed_s, double own_s) {
  const double all = before.all_s && after.all_s ? *after.all_s - *before.all_s : 0;
  reports::RoundLoad load;
  load.elapsed_s = elapsed_s;
  load.steal_ratio = share(before.stolen_s, after.stolen_s, 0, all);
  load.foreign_ratio = share(before.busy_s, after.busy_s, own_s, all);
  load.waiting_ratio = share(before.waiting_s, after.waiting_s, 0, elapsed_s);
  load.frequency_hz = after.frequency_hz;
  return load;
}

}  // namespace actscope::app
