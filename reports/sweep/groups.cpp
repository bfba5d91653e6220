// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/sweep/groups.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "actscope/core/config/alike.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "config/json.hpp"
#include "statistics/measured_number.hpp"

namespace actscope::reports {
namespace {

constexpr double confidence = 0.95;

double average(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

SeedMean mean_of(const std::vector<double>& values) {
  if (values.empty()) return {};
  SeedMean result{average(values), {}};
  if (const auto half = student_half_width(values, shown_confidence)) {
    result.interval = Interval{*result.mean - *half, *result.mean + *half};
  }
  return result;
}

// The figures of a group's points, one value a seed.
struct Values {
  std::vector<double> saved, peak, step, loss, accuracy, of_saved, of_peak, of_step;
  std::vector<AccuracyPair> pairs;  // dense and own accuracy
};

void keep(std::vector<double>& values, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) values.push_back(*value);
}

void keep_ratio(std::vector<double>& values, const std::optional<double>& value,
                const std::optional<double>& dense) {
  if (value && dense && *dense > 0) keep(values, *value / *dense);
}

void add(Values& values, const RunSummary& s) {
  keep(values.saved, number(s.saved_bytes));
  keep(values.peak, number(s.peak_bytes));
  keep(values.step, s.step_time_s.value);
  keep(values.loss, s.train_loss.value);
  keep(values.accuracy, s.heldout_accuracy_ratio.value);
}

void add_against(Values& values, const SweepPointRecord& point, const SweepPointRecord& dense) {
  const RunSummary &s = *point.summary, &d = *dense.summary;
  keep_ratio(values.of_saved, number(s.saved_bytes), number(d.saved_bytes));
  keep_ratio(values.of_peak, number(s.peak_bytes), number(d.peak_bytes));
  const auto own = s.heldout_accuracy_ratio.value, of_dense = d.heldout_accuracy_ratio.value;
  if (!own || !of_dense || !std::isfinite(*own) || !std::isfinite(*of_dense)) return;
  values.pairs.push_back({*of_dense, *own, dense.heldout_samples, point.heldout_samples});
}

// Sets the differences of accuracy to dense. Dense differs from itself by 0, without an interval.
void set_differences(SweepGroup& group, const std::vector<AccuracyPair>& pairs) {
  if (pairs.empty()) return;
  SeedMean& difference = group.accuracy_difference_ratio;
  difference.mean = 0;
  for (const AccuracyPair& pair : pairs) {
    *difference.mean += (pair.to - pair.from) / static_cast<double>(pairs.size());
  }
  if (group.is_reference) return;
  difference.interval = difference_interval(pairs, shown_confidence);
  if (pairs.size() < 2) return;
  if (const auto bounds = difference_interval(pairs, confidence)) {
    group.least_difference_ratio = bounds->low;
  }
}

core::DenseRuns dense_points(const std::vector<SweepPointRecord>& points,
                             std::span<const std::string> data_hashes) {
  core::DenseRuns dense;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!core::is_dense(points[i].config) || !points[i].summary) continue;
    dense.add(points[i].config, data_hashes.empty() ? std::string() : data_hashes[i], i);
  }
  return dense;
}

// Adds to equal names of groups what else differs, as "learning_rate: 0.001 -> 0.002".
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

std::vector<SweepGroup> sweep_groups(const SweepRecord& record,
                                     std::span<const std::string> data_hashes) {
  const core::DenseRuns dense = dense_points(record.points, data_hashes);
  std::vector<SweepGroup> groups;
  std::vector<Values> values;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < record.points.size(); ++i) {
    const SweepPointRecord& point = record.points[i];
    const std::string data = data_hashes.empty() ? std::string() : data_hashes[i];
    const auto [place, is_new] =
        places.try_emplace(core::configuration_key(point.config), groups.size());
    if (is_new) {
      groups.push_back({});
      groups.back().name = core::configuration_name(point.config);
      groups.back().config = point.config;
      groups.back().role = point.role;
      groups.back().is_reference = core::is_dense(point.config);
      groups.back().heldout_images = point.heldout_samples;
      values.emplace_back();
    }
    SweepGroup& group = groups[place->second];
    group.places.push_back(i);
    ++group.points;
    group.done += point.status == PointStatus::done ? 1 : 0;
    group.failed += point.status == PointStatus::failed ? 1 : 0;
    group.skipped += point.status == PointStatus::skipped ? 1 : 0;
    if (group.reason.empty()) group.reason = point.reason;
    if (!point.summary) continue;
    Values& v = values[place->second];
    add(v, *point.summary);
    group.heldout_images = std::min(group.heldout_images, point.heldout_samples);
    if (const auto match = dense.find(point.config, data, core::SeedOf::same)) {
      add_against(v, point, record.points[*match]);
    } else if (group.why_not_compared.empty()) {
      group.why_not_compared = dense.why_none(point.config, data, core::SeedOf::same);
    }
    if (const auto match = dense.find_timed(point.config, data, core::SeedOf::same)) {
      keep_ratio(v.of_step, point.summary->step_time_s.value,
                 record.points[*match].summary->step_time_s.value);
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
    group.accuracy_ratio.interval =
        mean_accuracy_interval(v.accuracy, group.heldout_images, shown_confidence);
    set_differences(group, v.pairs);
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

bool is_within(const SweepGroup& group, const ChoiceLimits& limits) {
  if (group.done == 0 || group.done < group.points) return false;
  const auto &saved = group.saved_of_dense_ratio.mean, &lost = group.accuracy_difference_ratio.mean;
  if (!saved || *saved >= 1 || !lost || *lost < -limits.lost_accuracy_ratio) return false;
  const auto fits = [](const SeedMean& figure, const std::optional<double>& most) {
    return !most || (figure.mean && *figure.mean <= *most);
  };
  return fits(group.step_of_dense_ratio, limits.step_of_dense_ratio) &&
         fits(group.peak_of_dense_ratio, limits.peak_of_dense_ratio);
}

const SweepGroup* chosen_group(const std::vector<SweepGroup>& groups, const ChoiceLimits& limits) {
  const SweepGroup* chosen = nullptr;
  for (const SweepGroup& group : groups) {
    if (!is_within(group, limits)) continue;
    if (chosen == nullptr || is_better(group, *chosen)) chosen = &group;
  }
  return chosen;
}

}  // namespace actscope::reports
