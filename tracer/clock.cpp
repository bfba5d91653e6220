// SPDX-License-Identifier: Apache-2.0
#include "clock.hpp"

#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {

std::int64_t now_ns() noexcept {
  return clock_ns();
}

#ifdef __x86_64__
namespace {

struct Moment {
  std::uint64_t ticks;
  std::int64_t ns;
};

// The tightest of some tries: an interrupt between the two readings would be an error of the rate.
Moment moment() {
  Moment best{};
  std::uint64_t best_span = ~std::uint64_t{0};
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = ticks();
    const std::int64_t ns = steady_ns();
    const std::uint64_t after = ticks();
    if (after - before >= best_span) continue;
    best_span = after - before;
    best = {before + best_span / 2, ns};
  }
  return best;
}

double rate(const Moment& from, const Moment& to) {
  return static_cast<double>(to.ns - from.ns) / static_cast<double>(to.ticks - from.ticks);
}

// Whether the counter keeps its rate whatever the processor does, also while it sleeps.
bool is_invariant() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("flags")) continue;
    line += ' ';
    return line.find(" constant_tsc ") != line.npos && line.find(" nonstop_tsc ") != line.npos;
  }
  return false;
}

// A system that found the counters of its cores apart uses another clock.
bool is_trusted_by_system() {
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string name;
  file >> name;
  return name == "tsc" || name == "kvm-clock" || name == "hyperv_clocksource_tsc_page";
}

std::optional<TickLine> measured_line() {
  if (!is_invariant() || !is_trusted_by_system()) return std::nullopt;
  constexpr auto half = std::chrono::milliseconds(5);
  constexpr double most_apart = 1e-4;  // readings of 50 ns in 5 ms are a tenth of it
  const Moment first = moment();
  std::this_thread::sleep_for(half);
  const Moment middle = moment();
  std::this_thread::sleep_for(half);
  const Moment last = moment();
  const double ratio = rate(first, middle) / rate(middle, last);
  const double ns_per_tick = rate(first, last);
  const bool is_steady = ratio > 1 - most_apart && ratio < 1 + most_apart;
  if (!is_steady || !(ns_per_tick > 0.05 && ns_per_tick < 20)) return std::nullopt;
  return TickLine{last.ticks, last.ns, static_cast<std::uint64_t>(ns_per_tick * 0x1p32)};
}

}  // namespace

void prepare_clock() noexcept {
  static std::once_flag once;
  try {
    std::call_once(once, [] {
      const std::optional<TickLine> line = measured_line();
      if (!line) return;
      detail::tick_line = *line;
      detail::has_tick_line.store(true, std::memory_order_release);
    });
  } catch (const std::exception&) {  // no memory: steady_clock stays
  }
}
#else
void prepare_clock() noexcept {}
#endif

std::string describe_clock() {
  prepare_clock();
  return detail::has_tick_line ? "CLOCK_MONOTONIC, by the time stamp counter" : "CLOCK_MONOTONIC";
}

}  // namespace actscope::tracer
