// SPDX-License-Identifier: Apache-2.0
#include "sweep/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "actscope/base/units.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "run/table.hpp"
#include "statistics/measured_number.hpp"

namespace actscope::reports {
namespace {

std::string factor_text(const SeedMean& of_dense) {
  return of_dense.mean ? format_factor(1, *of_dense.mean) : "n/a";
}

std::string bytes_text(const SeedMean& bytes) {
  return bytes.mean ? format_bytes(std::llround(*bytes.mean)) : "n/a";
}

// "+0.32 ±0.21": points of accuracy, with the farther end of the 95 % interval where there is one.
std::string points_text(const SeedMean& difference) {
  if (!difference.mean) return "n/a";
  if (!difference.interval) return fmt::format("{:+.1f}", 100 * *difference.mean);
  return fmt::format("{:+.2f} ±{:.2f}", 100 * *difference.mean,
                     100 * difference.interval->half_width(*difference.mean));
}

std::string plain(const std::optional<double>& value) {
  return value ? fmt::format("{:.10g}", *value) : "";
}

// The widest interval that one accuracy of a group has by its held-out images alone.
std::optional<double> sample_half_width(const std::vector<SweepGroup>& groups) {
  std::optional<double> widest;
  for (const SweepGroup& group : groups) {
    const auto& mean = group.accuracy_ratio.mean;
    if (!mean || group.heldout_images <= 0) continue;
    const Interval own = accuracy_interval(*mean, group.heldout_images, shown_confidence);
    widest = std::max(widest.value_or(0), own.half_width(*mean));
  }
  return widest;
}

bool has_dense(const std::vector<SweepGroup>& groups) {
  return std::ranges::any_of(groups, [](const SweepGroup& group) { return group.is_reference; });
}

std::string noise_text(const SweepRecord& record, const std::vector<SweepGroup>& groups) {
  std::set<std::int64_t> seeds;
  for (const SweepPointRecord& point : record.points) seeds.insert(point.config.seed);
  const auto sample = sample_half_width(groups);
  std::string text =
      sample ? fmt::format(
                   "The held-out images alone leave ±{:.1f} points of one accuracy open "
                   "(95 %)",
                   100 * *sample)
             : "How many images were held out is not known, nor what noise they leave";
  if (seeds.size() < 2) {
    return text +
           "; one seed, and seeds differ by about a point more: do not rank schemes by it. "
           "\"points\": differences to the dense run, ± by the images as if each arm had its own.";
  }
  return text + fmt::format(
                    "; \"points\" are differences to the dense run of the same seed, ± 95 % by "
                    "Student's over up to {} seeds and the images that they share; \"at least\": "
                    "with 95 % confidence.",
                    seeds.size());
}

}  // namespace

std::string choice_text(const std::vector<SweepGroup>& groups) {
  const SweepGroup* chosen = chosen_group(groups, {});
  if (chosen == nullptr) {
    return "No configuration with fewer bytes is within one point of dense accuracy.";
  }
  return fmt::format(
      "Fewest bytes within one point of dense accuracy: {}, {} fewer kept, {} points, {:.2f}x the "
      "dense step, over {} seed{}.",
      chosen->name, factor_text(chosen->saved_of_dense_ratio),
      points_text(chosen->accuracy_difference_ratio),
      chosen->step_of_dense_ratio.mean.value_or(NAN), chosen->done, chosen->done == 1 ? "" : "s");
}

TextTable sweep_table(const std::vector<SweepGroup>& groups) {
  TextTable table({"configuration", "saved", "fewer", "peak", "fewer", "step", "of dense",
                   "held-out", "points", "at least", "seeds"});
  for (const SweepGroup& group : groups) {
    const auto& accuracy = group.accuracy_ratio.mean;
    std::string seeds = fmt::format("{}/{}", group.done, group.points);
    if (group.failed > 0) seeds += fmt::format(", {} failed", group.failed);
    if (group.skipped > 0) seeds += fmt::format(", {} skipped", group.skipped);
    table.add(
        {group.name, bytes_text(group.saved_bytes), factor_text(group.saved_of_dense_ratio),
         bytes_text(group.peak_bytes), factor_text(group.peak_of_dense_ratio),
         group.step_time_s.mean ? format_duration(*group.step_time_s.mean) : "n/a",
         group.step_of_dense_ratio.mean ? fmt::format("{:.2f}x", *group.step_of_dense_ratio.mean)
                                        : "n/a",
         accuracy ? fmt::format("{:.1f} %", 100 * *accuracy) : "n/a",
         group.is_reference ? "-" : points_text(group.accuracy_difference_ratio),
         group.least_difference_ratio ? fmt::format("{:+.2f}", 100 * *group.least_difference_ratio)
         : group.is_reference         ? "-"
                                      : "n/a",
         seeds});
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
      for (const auto& cell : {plain(number(s.saved_bytes)), digits(s.predicted_saved_bytes),
                               digits(s.dense_saved_bytes), plain(number(s.residual_bytes)),
                               plain(number(s.peak_bytes)), plain(s.step_time_s.value),
                               plain(s.images_per_s.value), plain(s.train_loss.value),
                               plain(s.heldout_accuracy_ratio.value), std::to_string(s.steps)}) {
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
  remarks.push_back(noise_text(record, groups));
  for (const SweepGroup& group : groups) {
    if (group.why_not_compared.empty() || !has_dense(groups)) continue;
    remarks.push_back(group.name + ": " + group.why_not_compared + ", so it is not compared.");
  }
  remarks.emplace_back(
      "saved: kept for backward, by the allocator; peak: highest live bytes of a step; step: mean "
      "over seeds of the median step, which also holds what else the machine did.");
  for (const SweepPointRecord& point : record.points) {
    if (point.status == PointStatus::done) continue;
    remarks.push_back(core::configuration_name(point.config) + ", seed " +
                      std::to_string(point.config.seed) + ", " + name_of(point.status) +
                      (point.reason.empty() ? "" : ": " + point.reason));
  }
  return remarks;
}

}  // namespace actscope::reports
