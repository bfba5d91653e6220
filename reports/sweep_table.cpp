// SPDX-License-Identifier: Apache-2.0
#include "sweep_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "actscope/base/units.hpp"
#include "run_table.hpp"

namespace actscope::reports {
namespace {

constexpr double choice_margin_ratio = 0.01;

// What tells configurations of one sweep apart, the seed aside.
using GroupKey = std::tuple<std::string, std::int64_t, std::int64_t, double>;

GroupKey key_of(const RunConfig& config) {
  return {config.scheme, config.block_rows, config.block_cols, config.sparsity_ratio};
}

template <class Number>
std::optional<double> number(const Measured<Number>& measured) {
  if (!measured.value) return std::nullopt;
  return static_cast<double>(*measured.value);
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

std::string factor_text(const SeedMean& of_dense) {
  return of_dense.mean ? format_factor(1, *of_dense.mean) : "n/a";
}

std::string bytes_text(const SeedMean& bytes) {
  return bytes.mean ? format_bytes(std::llround(*bytes.mean)) : "n/a";
}

// "+0.3 ±0.2": points of accuracy, with two standard errors where seeds give them.
std::string points_text(const SeedMean& difference) {
  if (!difference.mean) return "n/a";
  std::string text = fmt::format("{:+.1f}", 100 * *difference.mean);
  if (difference.standard_error) text += fmt::format(" ±{:.1f}", 200 * *difference.standard_error);
  return text;
}

std::string plain(const std::optional<double>& value) {
  return value ? fmt::format("{:.10g}", *value) : "";
}

}  // namespace

std::string group_name(const RunConfig& config) {
  const std::string block = block_text(config);
  if (block == "-") return config.scheme;
  return fmt::format("{} {} {:g} %", config.scheme, block, 100 * config.sparsity_ratio);
}

std::vector<SweepGroup> sweep_groups(const SweepRecord& record) {
  std::map<std::int64_t, const RunSummary*> dense;
  for (const SweepPointRecord& point : record.points) {
    if (point.config.scheme == "dense" && point.summary) {
      dense[point.config.seed] = &*point.summary;
    }
  }
  std::vector<SweepGroup> groups;
  std::vector<Values> values;
  std::map<GroupKey, std::size_t> places;
  for (const SweepPointRecord& point : record.points) {
    const auto [place, is_new] = places.try_emplace(key_of(point.config), groups.size());
    if (is_new) {
      groups.push_back({});
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
    const auto reference = dense.find(point.config.seed);
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
    group.saved_of_dense_ratio = mean_of(v.of_saved);
    group.peak_of_dense_ratio = mean_of(v.of_peak);
    group.step_of_dense_ratio = mean_of(v.of_step);
  }
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
    if (group.role != PointRole::grid || group.done == 0 || group.done < group.points) continue;
    if (!group.saved_of_dense_ratio.mean || !group.accuracy_difference_ratio.mean) continue;
    if (*group.accuracy_difference_ratio.mean < -margin_ratio) continue;
    if (chosen == nullptr || is_better(group, *chosen)) chosen = &group;
  }
  return chosen;
}

std::string choice_text(const std::vector<SweepGroup>& groups) {
  const SweepGroup* chosen = chosen_group(groups, choice_margin_ratio);
  if (chosen == nullptr) {
    return "No configuration of the grid is within one point of dense accuracy.";
  }
  return fmt::format(
      "Fewest bytes within one point of dense accuracy: {}, {} fewer kept, {} points, {:.2f}x the "
      "dense step, over {} seed{}.",
      group_name(chosen->config), factor_text(chosen->saved_of_dense_ratio),
      points_text(chosen->accuracy_difference_ratio),
      chosen->step_of_dense_ratio.mean.value_or(NAN), chosen->done, chosen->done == 1 ? "" : "s");
}

TextTable sweep_table(const std::vector<SweepGroup>& groups) {
  TextTable table({"configuration", "saved", "fewer", "peak", "fewer", "step", "of dense",
                   "held-out", "points", "seeds"});
  for (const SweepGroup& group : groups) {
    const auto& accuracy = group.accuracy_ratio.mean;
    std::string seeds = fmt::format("{}/{}", group.done, group.points);
    if (group.failed > 0) seeds += fmt::format(", {} failed", group.failed);
    if (group.skipped > 0) seeds += fmt::format(", {} skipped", group.skipped);
    table.add({group_name(group.config), bytes_text(group.saved_bytes),
               factor_text(group.saved_of_dense_ratio), bytes_text(group.peak_bytes),
               factor_text(group.peak_of_dense_ratio),
               group.step_time_s.mean ? format_duration(*group.step_time_s.mean) : "n/a",
               group.step_of_dense_ratio.mean
                   ? fmt::format("{:.2f}x", *group.step_of_dense_ratio.mean)
                   : "n/a",
               accuracy ? fmt::format("{:.1f} %", 100 * *accuracy) : "n/a",
               points_text(group.accuracy_difference_ratio), seeds});
  }
  return table;
}

TextTable sweep_numbers(const SweepRecord& record) {
  TextTable table({"id",
                   "role",
                   "status",
                   "reason",
                   "model",
                   "scheme",
                   "block_rows",
                   "block_cols",
                   "sparsity_ratio",
                   "batch",
                   "seed",
                   "saved_bytes",
                   "predicted_saved_bytes",
                   "dense_saved_bytes",
                   "residual_bytes",
                   "peak_bytes",
                   "step_time_s",
                   "images_per_s",
                   "train_loss",
                   "heldout_accuracy_ratio",
                   "steps",
                   "elapsed_s",
                   "report"});
  for (const SweepPointRecord& point : record.points) {
    const RunConfig& c = point.config;
    const bool has_blocks = block_text(c) != "-";
    std::vector<std::string> row{point.id,
                                 name_of(point.role),
                                 name_of(point.status),
                                 point.reason,
                                 c.model,
                                 c.scheme,
                                 has_blocks ? std::to_string(c.block_rows) : "",
                                 has_blocks ? std::to_string(c.block_cols) : "",
                                 has_blocks ? fmt::format("{:g}", c.sparsity_ratio) : "",
                                 std::to_string(c.batch),
                                 std::to_string(c.seed)};
    if (point.summary) {
      const RunSummary& s = *point.summary;
      for (const auto& cell :
           {plain(number(s.saved_bytes)), std::to_string(s.predicted_saved_bytes),
            std::to_string(s.dense_saved_bytes), plain(number(s.residual_bytes)),
            plain(number(s.peak_bytes)), plain(s.step_time_s.value), plain(s.images_per_s.value),
            plain(s.train_loss.value), plain(s.heldout_accuracy_ratio.value),
            std::to_string(s.steps)}) {
        row.push_back(cell);
      }
    } else {
      row.resize(21);
    }
    row.push_back(fmt::format("{:.3f}", point.elapsed_s));
    row.push_back(point.report);
    table.add(std::move(row));
  }
  return table;
}

std::vector<std::string> sweep_remarks(const SweepRecord& record,
                                       const std::vector<SweepGroup>& groups) {
  std::vector<std::string> remarks{choice_text(groups)};
  std::set<std::int64_t> seeds;
  double sample_error = 0;
  for (const SweepPointRecord& point : record.points) seeds.insert(point.config.seed);
  for (const SweepGroup& group : groups) {
    sample_error = std::max(sample_error, group.sample_error_ratio);
  }
  std::string noise = fmt::format(
      "Two standard errors of one accuracy by its held-out sample alone are ±{:.1f} points",
      200 * sample_error);
  noise += seeds.size() < 2
               ? "; one seed, and seeds differ by about a point more: do not rank schemes by it."
               : fmt::format(
                     "; \"points\" are differences to the dense run of the same seed, ± two "
                     "standard errors over {} seeds.",
                     seeds.size());
  remarks.push_back(std::move(noise));
  remarks.emplace_back(
      "saved: kept for backward, by the allocator; peak: highest live bytes of a step; step: mean "
      "over seeds of the median step, which also holds what else the machine did.");
  for (const SweepPointRecord& point : record.points) {
    if (point.status == PointStatus::done) continue;
    remarks.push_back(group_name(point.config) + ", seed " + std::to_string(point.config.seed) +
                      ", " + name_of(point.status) +
                      (point.reason.empty() ? "" : ": " + point.reason));
  }
  return remarks;
}

}  // namespace actscope::reports
