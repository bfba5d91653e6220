// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

// Three significant places: 1.23, 12.3, 123.
std::string three_places(double value) {
  if (value < 9.995) return fmt::format("{:.2f}", value);
  if (value < 99.95) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

std::string lower_case(std::string_view text) {
  std::string lower;
  for (char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

double unit_factor(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, double>, 14> factors{{
      {"", 1.0},
      {"b", 1.0},
      {"k", 1024.0},
      {"kib", 1024.0},
      {"kb", 1e3},
      {"m", 1048576.0},
      {"mib", 1048576.0},
      {"mb", 1e6},
      {"g", 1073741824.0},
      {"gib", 1073741824.0},
      {"gb", 1e9},
      {"t", 1099511627776.0},
      {"tib", 1099511627776.0},
      {"tb", 1e12},
  }};
  const std::string name = lower_case(unit);
  for (const auto& [key, factor] : factors) {
    if (key == name) return factor;
  }
  return 0;
}

}  // namespace

std::string format_bytes(std::int64_t bytes) {
  static constexpr std::array<std::string_view, 6> names{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  const double magnitude = std::abs(static_cast<double>(bytes));
  if (magnitude < 1024) return fmt::format("{} B", bytes);
  double value = magnitude / 1024;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < names.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{}{} {}", bytes < 0 ? "-" : "", three_places(value), names[unit]);
}

std::int64_t parse_bytes(std::string_view text) {
  const auto refuse = [&]() -> ConfigError {
    return ConfigError(error_text("not a size in bytes", "got '" + std::string(text) + "'",
                                  "write a number with an optional unit, as 64MiB, 8GiB or 1500"));
  };
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{}) throw refuse();
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const double bytes = number * unit_factor(unit);
  if (unit_factor(unit) == 0 || !(number >= 0) || bytes > std::ldexp(1.0, 62)) throw refuse();
  return static_cast<std::int64_t>(bytes);
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "n/a";
  if (seconds < 0) return "-" + format_duration(-seconds);
  if (seconds == 0) return "0 s";
  if (seconds < 1e-6) return three_places(seconds * 1e9) + " ns";
  if (seconds < 1e-3) return three_places(seconds * 1e6) + " us";
  if (seconds < 1) return three_places(seconds * 1e3) + " ms";
  if (seconds < 120) return three_places(seconds) + " s";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string format_factor(double reference, double value) {
  if (!(value > 0) || !std::isfinite(reference)) return "n/a";
  return three_places(reference / value) + "x";
}

std::string format_count(std::int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t sign = count < 0 ? 1 : 0;
  for (std::size_t place = text.size(); place > 3 + sign; place -= 3)
    text.insert(place - 3, 1, ',');
  return text;
}

}  // namespace actscope
