// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/config/alike.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "actscope/base/check.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::core {
namespace {

using enum FieldRole;

// Lengths go before texts, so that no two lists of texts give one key.
std::string exact_text(const std::string& text) {
  return fmt::format("{}:{}", text.size(), text);
}

std::string exact_value(const RunOption& option, const RunConfig& config) {
  if (!is_known(option, config)) return "?";
  using Texts = std::vector<std::string> RunConfig::*;
  const Texts* texts = std::get_if<Texts>(&option.member);
  if (texts == nullptr) return exact_text(value_text(option, config));
  std::string all = std::to_string((config.**texts).size());
  for (const std::string& text : config.**texts) all += "," + exact_text(text);
  return all;
}

// As checkpoints have it: 17 digits, 1 for yes, -1 for unset.
struct CheckpointText {
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{:.17g}", value); }
  std::string operator()(bool value) const { return value ? "1" : "0"; }
  std::string operator()(const std::optional<std::int64_t>& value) const {
    return std::to_string(value.value_or(-1));
  }
  std::string operator()(const std::vector<std::string>&) const { unreachable("a list of texts"); }
};
std::string checkpoint_text(const RunOption& option, const RunConfig& config) {
  return std::visit([&](auto member) { return CheckpointText()(config.*member); }, option.member);
}

// Gives the epochs their default where a length in steps is given: they are not used then.
RunConfig with_one_length(const RunConfig& config) {
  RunConfig plain = config;
  if (plain.steps > 0) plain.epochs = RunConfig().epochs;
  return plain;
}

template <class Value>
bool contains(std::initializer_list<Value> values, const Value& value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

std::string key_of(const RunConfig& config, std::initializer_list<FieldRole> roles) {
  std::string key;
  const RunConfig plain = with_one_length(config);
  for (const RunOption& option : run_options()) {
    if (contains(roles, option.role)) key += exact_value(option, plain) + ";";
  }
  return key;
}

std::string training_key(const RunConfig& config) {
  return key_of(config, {training});
}

std::string configuration_key(const RunConfig& config) {
  return key_of(config, {training, compression, measuring});
}

std::string continuation_key(const RunConfig& config) {
  const RunConfig usual;
  std::string always, lists, unusual;
  for (const RunOption& option : run_options()) {
    using Texts = std::vector<std::string> RunConfig::*;
    if (const auto* texts = std::get_if<Texts>(&option.member)) {
      for (const std::string& text : config.**texts) {
        lists += fmt::format("|{} {}", option.field[0], text);
      }
    } else if ((option.uses & in_checkpoints) != 0) {
      always += (always.empty() ? "" : "|") + checkpoint_text(option, config);
    } else if ((option.uses & not_in_checkpoints) == 0 && option.role != measuring &&
               option.role != place && !is_equal(option, config, usual)) {
      const bool is_named = *option.checkpoint_name != '\0';
      unusual += fmt::format("|{} {}", is_named ? option.checkpoint_name : option.field,
                             checkpoint_text(option, config));
    }
  }
  return always + lists + unusual;
}

std::vector<std::string> training_differences(const RunConfig& a, const RunConfig& b) {
  const RunConfig left = with_one_length(a), right = with_one_length(b);
  std::vector<std::string> differences;
  for (const RunOption& option : run_options()) {
    if (option.role != training || is_equal(option, left, right)) continue;
    differences.push_back(fmt::format("{}: {} -> {}", option.field, value_text(option, left),
                                      value_text(option, right)));
  }
  return differences;
}

std::string unusual_fields(const RunConfig& config, std::initializer_list<FieldRole> roles,
                           std::initializer_list<const char*> known) {
  const RunConfig usual, own = with_one_length(config);
  std::string text;
  for (const RunOption& option : run_options()) {
    const bool is_named = std::ranges::any_of(
        known, [&](const char* name) { return option.field == std::string_view(name); });
    if (is_named || !contains(roles, option.role) || !is_known(option, own)) continue;
    if (is_equal(option, own, usual)) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", option.field, value_text(option, own));
  }
  return text;
}

bool is_dense(const RunConfig& config) {
  return is_known("scheme", config) && config.scheme == "dense" && config.slot_overrides.empty() &&
         config.operand_overrides.empty();
}

void DenseRuns::add(const RunConfig& config, const std::string& data_sha256, std::size_t index) {
  const std::string training_of_run = training_key(config);
  by_training_.emplace(training_of_run, runs_.size());
  runs_.push_back({config, training_of_run, key_of(config, {measuring}), data_sha256, index});
}

std::optional<std::size_t> DenseRuns::first(const RunConfig& config, const std::string& data_sha256,
                                            SeedOf seed, bool is_timed) const {
  const std::string measured = key_of(config, {measuring});
  // The best so far. A run of the same seed ranks first, then one that was measured alike.
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

}  // namespace actscope::core
