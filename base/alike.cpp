// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/alike.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace actscope {
namespace {

using enum FieldRole;

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
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : " ") + value;
  return text;
}
std::string text_of(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : "unset";
}

// Lengths go before texts, so that no two lists of texts give one key.
std::string exact_text(const std::vector<std::string>& values) {
  std::string text = std::to_string(values.size());
  for (const std::string& value : values) text += fmt::format(",{}:{}", value.size(), value);
  return text;
}
template <class Value>
std::string exact_text(const Value& value) {
  const std::string text = text_of(value);
  return fmt::format("{}:{}", text.size(), text);
}

// What a length in steps makes of the epochs that are not used.
RunConfig with_one_length(const RunConfig& config) {
  RunConfig plain = config;
  if (plain.steps > 0) plain.epochs = RunConfig().epochs;
  return plain;
}

template <class Value>
bool contains(std::initializer_list<Value> values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

// name, role and text of every field, in their order.
struct Field {
  std::string_view name;
  FieldRole role;
  std::string text;
};
std::vector<Field> fields_of(const RunConfig& config) {
  std::vector<Field> fields;
  for_each_field(config, [&](const char* name, FieldRole role, const auto& value) {
    fields.push_back({name, role, text_of(value)});
  });
  return fields;
}

}  // namespace

std::string key_of(const RunConfig& config, std::initializer_list<FieldRole> roles) {
  std::string key;
  const RunConfig plain = with_one_length(config);
  for_each_field(plain, [&](const char*, FieldRole role, const auto& value) {
    if (contains(roles, role)) key += exact_text(value) + ";";
  });
  return key;
}

std::string training_key(const RunConfig& config) {
  return key_of(config, {training});
}

std::string configuration_key(const RunConfig& config) {
  return key_of(config, {training, compression, measuring});
}

std::vector<std::string> training_differences(const RunConfig& a, const RunConfig& b) {
  const auto left = fields_of(with_one_length(a)), right = fields_of(with_one_length(b));
  std::vector<std::string> differences;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].role != training || left[i].text == right[i].text) continue;
    differences.push_back(fmt::format("{}: {} -> {}", left[i].name, left[i].text, right[i].text));
  }
  return differences;
}

std::string unusual_fields(const RunConfig& config, std::initializer_list<FieldRole> roles,
                           std::initializer_list<const char*> known) {
  const auto usual = fields_of(RunConfig()), own = fields_of(with_one_length(config));
  std::string text;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool is_known = std::ranges::any_of(
        known, [&](const char* name) { return own[i].name == std::string_view(name); });
    if (is_known || !contains(roles, own[i].role) || own[i].text == usual[i].text) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", own[i].name, own[i].text);
  }
  return text;
}

bool is_dense(const RunConfig& config) {
  return config.scheme == "dense" && config.slot_overrides.empty() &&
         config.operand_overrides.empty();
}

void DenseRuns::add(const RunConfig& config, const std::string& data_sha256, std::size_t index) {
  by_training_.emplace(training_key(config), runs_.size());
  runs_.push_back({config, training_key(config), key_of(config, {measuring}), data_sha256, index});
}

std::optional<std::size_t> DenseRuns::first(const RunConfig& config, const std::string& data_sha256,
                                            SeedOf seed, bool is_timed) const {
  const std::string measured = key_of(config, {measuring});
  // The best so far: measured alike counts most for times, the seed for everything.
  std::optional<std::size_t> found;
  int best = -1;
  const auto [begin, end] = by_training_.equal_range(training_key(config));
  for (auto place = begin; place != end; ++place) {
    const Run& run = runs_[place->second];
    const bool is_same_seed = run.config.seed == config.seed;
    const bool is_measured_alike = run.measuring == measured;
    const bool is_other_data =
        !data_sha256.empty() && !run.data_sha256.empty() && data_sha256 != run.data_sha256;
    if (is_other_data || (is_timed && !is_measured_alike)) continue;
    if (seed == SeedOf::same && !is_same_seed) continue;
    const int rank = (is_same_seed ? 2 : 0) + (is_measured_alike ? 1 : 0);
    if (rank <= best) continue;
    best = rank;
    found = run.index;
  }
  return found;
}

std::optional<std::size_t> DenseRuns::find(const RunConfig& config, const std::string& data_sha256,
                                           SeedOf seed) const {
  return first(config, data_sha256, seed, false);
}

std::optional<std::size_t> DenseRuns::find_timed(const RunConfig& config,
                                                 const std::string& data_sha256,
                                                 SeedOf seed) const {
  return first(config, data_sha256, seed, true);
}

std::string DenseRuns::why_none(const RunConfig& config, const std::string& data_sha256,
                                SeedOf seed) const {
  if (runs_.empty()) return "no dense run";
  if (seed == SeedOf::same && first(config, data_sha256, SeedOf::any, false)) {
    return fmt::format("no dense run of seed {}", config.seed);
  }
  std::vector<std::string> fewest;
  bool is_first = true;
  for (const Run& run : runs_) {
    auto differences = training_differences(run.config, config);
    if (differences.empty()) differences.emplace_back("other data");
    if (is_first || differences.size() < fewest.size()) fewest = std::move(differences);
    is_first = false;
  }
  std::string text;
  for (const std::string& line : fewest) text += (text.empty() ? "" : ", ") + line;
  return "no dense run trains alike (" + text + ")";
}

}  // namespace actscope
