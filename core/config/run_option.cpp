// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/run_option.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "scheme/block_grammar.hpp"

namespace actscope::core {
namespace {

std::string text_of(const std::string& value) {
  return value;
}
std::string text_of(double value) {
  return fmt::format("{}", value);  // the shortest that reads back as the same number
}
std::string text_of(bool value) {
  return value ? "yes" : "no";
}
std::string text_of(std::int64_t value) {
  return std::to_string(value);
}
std::string text_of(const std::vector<std::string>& values) {
  return fmt::format("{}", fmt::join(values, " "));
}
std::string text_of(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "unset";
}

template <class Number>
void check_range(const RunOption& option, Number value, const std::optional<Range<Number>>& range) {
  if (!range || (value >= range->low && value <= range->high)) return;
  throw ConfigError(error_text(
      shown_name(option) + " is out of range", "got " + number_text(value),
      "give a number from " + number_text(range->low) + " to " + number_text(range->high)));
}

// "unknown optimizer 'sgd'", "unknown element type 'fp64' for training"
std::string unknown(const RunOption& option, const std::string& value) {
  std::string kind = option.kind;
  const std::string shown = "'" + value + "'";
  const std::size_t place = kind.find("{}");
  return "unknown " +
         (place == std::string::npos ? kind + " " + shown : kind.replace(place, 2, shown));
}

struct Check {
  const RunOption& option;

  void operator()(std::int64_t value) const { check_range(option, value, option.integers); }
  void operator()(const std::optional<std::int64_t>& value) const {
    if (value) (*this)(*value);
  }
  void operator()(double value) const { check_range(option, value, option.reals); }
  void operator()(const std::string& value) const {
    if (option.choices == nullptr) return;
    const std::vector<std::string>& names = option.choices();
    if (std::ranges::find(names, value) != names.end()) return;
    throw ConfigError(error_text(unknown(option, value), {}, "give " + alternatives(names)));
  }
  void operator()(bool) const {}
  void operator()(const std::vector<std::string>&) const {}
};

}  // namespace

std::string_view name_of(FieldRole role) {
  switch (role) {
    case FieldRole::training:
      return "training";
    case FieldRole::compression:
      return "compression";
    case FieldRole::seed:
      return "seed";
    case FieldRole::measuring:
      return "measuring";
    case FieldRole::place:
      return "place";
  }
  unreachable("a role of no known name");
}

std::string_view name_of(OptionGroup group) {
  switch (group) {
    case OptionGroup::model:
      return "Model";
    case OptionGroup::data:
      return "Data";
    case OptionGroup::compression:
      return "Compression";
    case OptionGroup::training:
      return "Training";
    case OptionGroup::machine:
      return "Machine";
    case OptionGroup::recording:
      return "Recording";
  }
  unreachable("a group of no known name");
}

RunConfig starting_config() {
  RunConfig config;
  config.scheme = "int4";
  return config;
}

const RunOption& run_option(std::string_view field) {
  for (const RunOption& option : run_options()) {
    if (option.field == field) return option;
  }
  unreachable("a field that no configuration has");
}

std::string shown_name(const RunOption& option) {
  return *option.option != '\0' ? option.option : option.kind;
}

std::string meaning_of(const RunOption& option) {
  if (option.choices == nullptr) return option.meaning;
  const std::vector<std::string>& names = option.choices();
  const std::string_view meaning = option.meaning;
  if (const std::size_t place = meaning.find("{}"); place != std::string_view::npos) {
    return std::string(meaning).replace(place, 2, alternatives(names));
  }
  if (!meaning.empty()) return option.meaning;
  return names.size() > 2 ? fmt::format("one of {}", fmt::join(names, ", ")) : alternatives(names);
}

std::string field_meaning_of(const RunOption& option) {
  return *option.in_documents != '\0' ? option.in_documents : meaning_of(option);
}

bool is_known(const RunOption& option, const RunConfig& config) {
  return !config.known_fields ||
         std::ranges::find(*config.known_fields, option.field) != config.known_fields->end();
}

bool is_known(std::string_view field, const RunConfig& config) {
  return is_known(run_option(field), config);
}

std::string value_text(const RunOption& option, const RunConfig& config) {
  if (!is_known(option, config)) return "unknown";
  return std::visit([&](auto member) { return text_of(config.*member); }, option.member);
}

bool is_equal(const RunOption& option, const RunConfig& a, const RunConfig& b) {
  if (!is_known(option, a) || !is_known(option, b)) {
    return is_known(option, a) == is_known(option, b);
  }
  return std::visit([&](auto member) { return a.*member == b.*member; }, option.member);
}

void copy_value(const RunOption& option, const RunConfig& from, RunConfig& to) {
  std::visit([&](auto member) { to.*member = from.*member; }, option.member);
}

void check_value(const RunOption& option, const RunConfig& config) {
  std::visit([&](auto member) { Check{option}(config.*member); }, option.member);
}

}  // namespace actscope::core
