// SPDX-License-Identifier: Apache-2.0
#include "sweep_groups.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <set>

#include "actscope/base/configuration_name.hpp"
#include "config_json.hpp"
#include "gate/pairing.hpp"
#include "measured_number.hpp"

namespace actscope::reports {
namespace {

constexpr double confidence = 0.95;

// What points share that are compared with one dense point: all but how they compress.
std::string key_of_training(RunConfig config) {
  const RunConfig usual;
  config.scheme = "dense";
  config.block_rows = usual.block_rows;
  config.block_cols = usual.block_cols;
  config.sparsity_ratio = usual.sparsity_ratio;
  config.select = usual.select;
  config.schedule = usual.schedule;
  config.slot_overrides.clear();
  config.operand_overrides.clear();
  config.workspace_bytes = usual.workspace_bytes;
  config.gradient_errors = usual.gradient_errors;
  return config_key(config);
}

SeedMean mean_of(const std::vector<double>& values) {
  SeedMean result;
  if (values.empty()) return result;
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  result.mean = sum / count;
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - *result.mean) * (value - *result.mean);
  result.standard_error = std::sqrt(squares / (count - 1) / count);
  return result;
}

// The figures of a group's points, one value a seed.
struct Values {
  std::vector<double> saved, peak, step, loss, accuracy, difference, of_saved, of_peak, of_step;
};

void keep(std::vector<double>& values, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) values.push_back(*value);
}

void keep_ratio(std::vector<double>& values, const std::optional<double>& value,
                const std::optional<double>& dense) {
  if (value && dense && *dense > 0) keep(values, *value / *dense);
}

void add(Values& values, const RunSummary& s, const RunSummary* dense) {
  keep(values.saved, number(s.saved_bytes));
  keep(values.peak, number(s.peak_bytes));
  keep(values.step, s.step_time_s.value);
  keep(values.loss, s.train_loss.value);
  keep(values.accuracy, s.heldout_accuracy_ratio.value);
  if (dense == nullptr) return;
  keep_ratio(values.of_saved, number(s.saved_bytes), number(dense->saved_bytes));
  keep_ratio(values.of_peak, number(s.peak_bytes), number(dense->peak_bytes));
  keep_ratio(values.of_step, s.step_time_s.value, dense->step_time_s.value);
  if (s.heldout_accuracy_ratio.value && dense->heldout_accuracy_ratio.value) {
    keep(values.difference, *s.heldout_accuracy_ratio.value - *dense->heldout_accuracy_ratio.value);
  }
}

// The mean less what Student's t allows for it, one-sided.
std::optional<double> least_of(const SeedMean& difference, std::size_t count) {
  if (!difference.standard_error) return std::nullopt;
  const boost::math::students_t distribution(static_cast<double>(count - 1));
  return *difference.mean -
         boost::math::quantile(distribution, confidence) * *difference.standard_error;
}

// Groups of one name say what else is different, as "learning_rate: 0.001 -> 0.002".
void tell_apart(std::vector<SweepGroup>& groups) {
  std::map<std::string, const SweepGroup*> firsts;
  for (SweepGroup& group : groups) {
    const auto [first, is_new] = firsts.try_emplace(group.name, &group);
    if (is_new) continue;
    for (const std::string& line : config_differences(first->second->config, group.config)) {
      if (!line.starts_with("seed:")) group.name += ", " + line;
    }
  }
}

}  // namespace

std::vector<SweepGroup> sweep_groups(const SweepRecord& record) {
  std::map<std::string, const RunSummary*> dense;
  for (const SweepPointRecord& point : record.points) {
    if (point.config.scheme == "dense" && point.summary) {
      dense.try_emplace(key_of_training(point.config), &*point.summary);
    }
  }
  std::vector<SweepGroup> groups;
  std::vector<Values> values;
  std::map<std::string, std::size_t> places;
  for (const SweepPointRecord& point : record.points) {
    const auto [place, is_new] = places.try_emplace(key_without_seed(point.config), groups.size());
    if (is_new) {
      groups.push_back({});
      groups.back().name = configuration_name(point.config);
      groups.back().config = point.config;
      groups.back().role = point.role;
      values.emplace_back();
    }
    SweepGroup& group = groups[place->second];
    ++group.points;
    group.done += point.status == PointStatus::done ? 1 : 0;
    group.failed += point.status == PointStatus::failed ? 1 : 0;
    group.skipped += point.status == PointStatus::skipped ? 1 : 0;
    if (group.reason.empty()) group.reason = point.reason;
    if (!point.summary) continue;
    const auto reference = dense.find(key_of_training(point.config));
    add(values[place->second], *point.summary,
        reference == dense.end() ? nullptr : reference->second);
    const auto& accuracy = point.summary->heldout_accuracy_ratio.value;
    if (accuracy && point.heldout_samples > 0) {
      group.sample_error_ratio =
          std::sqrt(*accuracy * (1 - *accuracy) / static_cast<double>(point.heldout_samples));
    }
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    SweepGroup& group = groups[i];
    const Values& v = values[i];
    group.saved_bytes = mean_of(v.saved);
    group.peak_bytes = mean_of(v.peak);
    group.step_time_s = mean_of(v.step);
    group.train_loss = mean_of(v.loss);
    group.accuracy_ratio = mean_of(v.accuracy);
    group.accuracy_difference_ratio = mean_of(v.difference);
    group.least_difference_ratio = least_of(group.accuracy_difference_ratio, v.difference.size());
    group.saved_of_dense_ratio = mean_of(v.of_saved);
    group.peak_of_dense_ratio = mean_of(v.of_peak);
    group.step_of_dense_ratio = mean_of(v.of_step);
  }
  tell_apart(groups);
  return groups;
}

namespace {

// Fewer bytes; where they are equal within 1 %, the shorter step.
bool is_better(const SweepGroup& group, const SweepGroup& than) {
  const double bytes = *group.saved_bytes.mean, others = *than.saved_bytes.mean;
  if (std::abs(bytes - others) > 0.01 * others) return bytes < others;
  return group.step_of_dense_ratio.mean.value_or(INFINITY) <
         than.step_of_dense_ratio.mean.value_or(INFINITY);
}

}  // namespace

const SweepGroup* chosen_group(const std::vector<SweepGroup>& groups, double margin_ratio) {
  const SweepGroup* chosen = nullptr;
  for (const SweepGroup& group : groups) {
    if (group.done == 0 || group.done < group.points) continue;
    if (!group.saved_of_dense_ratio.mean || !group.accuracy_difference_ratio.mean) continue;
    if (*group.saved_of_dense_ratio.mean >= 1) continue;
    if (*group.accuracy_difference_ratio.mean < -margin_ratio) continue;
    if (chosen == nullptr || is_better(group, *chosen)) chosen = &group;
  }
  return chosen;
}

}  // namespace actscope::reports
