// SPDX-License-Identifier: Apache-2.0
#include "run/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "actscope/base/check.hpp"
#include "actscope/base/units.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "run/timing_table.hpp"
#include "statistics/measured_number.hpp"

namespace actscope::reports {
namespace {

std::string factor(const std::optional<double>& dense, const std::optional<double>& value) {
  return dense && value ? format_factor(*dense, *value) : "n/a";
}

std::string bytes(const Measured<std::int64_t>& measured) {
  return measured.value ? format_bytes(*measured.value) : "n/a";
}

std::string accuracy(const RunRecord& record) {
  const auto& ratio = record.summary.heldout_accuracy_ratio.value;
  return ratio ? fmt::format("{:.1f} %", 100 * *ratio) : "n/a";
}

// "-1.2 ±4.5": the difference in points, with its uncertainty from the held-out images of both.
std::string points_against(const RunRecord* dense, const RunRecord& record) {
  const auto& ratio = record.summary.heldout_accuracy_ratio.value;
  if (dense == &record) return "-";
  if (dense == nullptr || !ratio || !dense->summary.heldout_accuracy_ratio.value) return "n/a";
  const AccuracyPair pair{*dense->summary.heldout_accuracy_ratio.value, *ratio,
                          dense->heldout_samples, record.heldout_samples};
  const double points = 100 * (pair.to - pair.from);
  const auto interval = difference_interval({&pair, 1}, shown_confidence);
  if (!interval) return fmt::format("{:+.1f}", points);
  return fmt::format("{:+.1f} ±{:.1f}", points, 100 * interval->half_width(pair.to - pair.from));
}

std::string plain(const std::optional<double>& value) {
  return value ? fmt::format("{:.10g}", *value) : "";
}

// Whether the name of a run and the columns of block and sparsity say what was trained.
bool tells(const std::string& name, const RunConfig& config) {
  if (!core::is_known("scheme", config)) return true;  // there is nothing to tell
  RunConfig shown;
  shown.scheme = config.scheme;
  shown.block_rows = config.block_rows;
  shown.block_cols = config.block_cols;
  shown.sparsity_ratio = config.sparsity_ratio;
  const std::string configuration = core::configuration_name(config);
  return name == configuration ||
         (name == config.scheme && configuration == core::configuration_name(shown));
}

// Says what was trained in every run whose name does not say it; empty where all names do.
std::string configuration_remark(std::span<const NamedRun> runs) {
  std::string text;
  for (const NamedRun& run : runs) {
    const std::string configuration = core::configuration_name(run.record.config);
    if (tells(run.name, run.record.config)) continue;
    if (runs.size() == 1) return "scheme: " + configuration + ".";
    text += (text.empty() ? "" : "; ") + run.name + " is " + configuration;
  }
  return text.empty() ? text : "scheme: " + text + ".";
}

// Says why runs are not compared with any of the dense runs that are there.
std::vector<std::string> uncompared(std::span<const NamedRun> runs) {
  std::vector<std::string> lines;
  const core::DenseRuns dense = dense_runs(runs);
  if (dense_run(runs) == nullptr) return lines;
  for (const NamedRun& run : runs) {
    const RunRecord& record = run.record;
    if (record.status != RunStatus::completed) continue;
    if (dense.find(record.config, record.data_sha256, core::SeedOf::any)) continue;
    lines.push_back(run.name + ": " +
                    dense.why_none(record.config, record.data_sha256, core::SeedOf::any) +
                    ", so it is not compared.");
  }
  return lines;
}

}  // namespace

std::string block_text(const RunConfig& config) {
  if (!core::has_blocks(config)) return "-";
  return fmt::format("{}x{}", config.block_rows, config.block_cols);
}

const NamedRun* dense_run(std::span<const NamedRun> runs) {
  for (const NamedRun& run : runs) {
    if (core::is_dense(run.record.config) && run.record.status == RunStatus::completed) return &run;
  }
  return nullptr;
}

core::DenseRuns dense_runs(std::span<const NamedRun> runs) {
  core::DenseRuns dense;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& record = runs[i].record;
    if (!core::is_dense(record.config) || record.status != RunStatus::completed) continue;
    dense.add(record.config, record.data_sha256, i);
  }
  return dense;
}

TextTable run_table(std::span<const NamedRun> runs) {
  const core::DenseRuns all_dense = dense_runs(runs);
  const bool all_completed = std::ranges::all_of(
      runs, [](const NamedRun& run) { return run.record.status == RunStatus::completed; });
  std::vector<std::string> header{"run",   "block", "sparsity", "saved",    "fewer", "peak",
                                  "fewer", "step",  "of dense", "held-out", "points"};
  if (!all_completed) header.emplace_back("status");
  TextTable table(header);
  for (const NamedRun& run : runs) {
    const RunRecord& record = run.record;
    const RunSummary& s = record.summary;
    const auto match = all_dense.find(record.config, record.data_sha256, core::SeedOf::any);
    const RunRecord* dense = match ? &runs[*match].record : nullptr;
    const auto timed = all_dense.find_timed(record.config, record.data_sha256, core::SeedOf::any);
    std::string step_ratio = "n/a";
    if (timed && runs[*timed].record.summary.step_time_s.value && s.step_time_s.value) {
      step_ratio = fmt::format(
          "{:.2f}x", *s.step_time_s.value / *runs[*timed].record.summary.step_time_s.value);
    }
    std::vector<std::string> row{
        run.name,
        block_text(record.config),
        core::has_sparsity(record.config)
            ? fmt::format("{:g} %", 100 * record.config.sparsity_ratio)
            : "-",
        bytes(s.saved_bytes),
        factor(dense != nullptr ? number(dense->summary.saved_bytes) : std::nullopt,
               number(s.saved_bytes)),
        bytes(s.peak_bytes),
        factor(dense != nullptr ? number(dense->summary.peak_bytes) : std::nullopt,
               number(s.peak_bytes)),
        s.step_time_s.value ? format_duration(*s.step_time_s.value) : "n/a",
        step_ratio,
        accuracy(record),
        points_against(dense, record)};
    if (!all_completed) row.push_back(status_text(record));
    table.add(std::move(row));
  }
  return table;
}

TextTable run_numbers(std::span<const NamedRun> runs) {
  TextTable table({"run", "status", "model", "scheme", "block_rows", "block_cols", "sparsity_ratio",
                   "batch", "seed", "saved_bytes", "predicted_saved_bytes", "dense_saved_bytes",
                   "residual_bytes", "peak_bytes", "step_time_s", "images_per_s", "train_loss",
                   "heldout_accuracy_ratio", "steps"});
  for (const NamedRun& run : runs) {
    const RunConfig& c = run.record.config;
    const RunSummary& s = run.record.summary;
    const auto known = [&](const char* field) {
      return core::is_known(field, c) ? core::value_text(core::run_option(field), c) : "";
    };
    table.add({run.name, status_text(run.record), known("model"), known("scheme"),
               known("block_rows"), known("block_cols"),
               core::is_known("sparsity_ratio", c) ? fmt::format("{:g}", c.sparsity_ratio) : "",
               known("batch"), known("seed"), plain(number(s.saved_bytes)),
               digits(s.predicted_saved_bytes), digits(s.dense_saved_bytes),
               plain(number(s.residual_bytes)), plain(number(s.peak_bytes)),
               plain(s.step_time_s.value), plain(s.images_per_s.value), plain(s.train_loss.value),
               plain(s.heldout_accuracy_ratio.value), std::to_string(s.steps)});
  }
  return table;
}

std::string model_text(const RunRecord& record) {
  const std::string name =
      core::is_known("model", record.config) ? record.config.model : "a model of no name";
  if (record.model_kind == ModelKind::resmlp) return name;
  return name + " (" + name_of(record.model_kind) + ")";
}

std::string scheme_text(const RunRecord& record) {
  return core::is_known("scheme", record.config) ? record.config.scheme : model_text(record);
}

std::string status_text(const RunRecord& record) {
  switch (record.status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::interrupted:
      return "interrupted";
    case RunStatus::failed:
      return "failed";
  }
  unreachable("a status that no run has");
}

std::optional<Interval> accuracy_interval_of(const RunRecord& record) {
  const auto& ratio = record.summary.heldout_accuracy_ratio.value;
  if (!ratio || !std::isfinite(*ratio) || record.heldout_samples <= 0) return std::nullopt;
  return accuracy_interval(*ratio, record.heldout_samples, shown_confidence);
}

std::string accuracy_remark(std::span<const NamedRun> runs) {
  std::set<std::int64_t> seeds;
  std::int64_t fewest_samples = std::numeric_limits<std::int64_t>::max(), epochs = 0;
  std::optional<double> half;
  for (const NamedRun& run : runs) {
    const std::optional<Interval> own = accuracy_interval_of(run.record);
    if (!own) continue;
    half = std::max(half.value_or(0),
                    own->half_width(*run.record.summary.heldout_accuracy_ratio.value));
    if (core::is_known("seed", run.record.config)) seeds.insert(run.record.config.seed);
    fewest_samples = std::min(fewest_samples, run.record.heldout_samples);
    for (const AccuracyPoint& point : run.record.accuracy) epochs = std::max(epochs, point.epoch);
  }
  if (!half) {
    const bool is_measured = std::ranges::any_of(runs, [](const NamedRun& run) {
      return run.record.summary.heldout_accuracy_ratio.value.has_value();
    });
    return is_measured ? "How many images were held out is not known: nor is the noise of accuracy."
                       : "No run measured accuracy.";
  }
  std::string text = fmt::format(
      "Held-out accuracy over {} images: they alone leave ±{:.1f} points of each open (95 %)",
      format_count(fewest_samples), 100 * *half);
  if (seeds.size() < 2) text += "; one seed, and seeds differ by about a point more";
  if (epochs < 10) text += "; early learning, not the end";
  return text + ": do not rank schemes by it.";
}

Remarks remarks_on(std::span<const NamedRun> runs) {
  Remarks remarks;
  if (std::string schemes = configuration_remark(runs); !schemes.empty()) {
    remarks.general.push_back(std::move(schemes));
  }
  if (runs.size() == 1 && runs[0].record.model_kind != ModelKind::resmlp) {
    remarks.general.push_back("model: " + model_text(runs[0].record) + ", " +
                              format_count(runs[0].record.parameters) + " parameters.");
  }
  remarks.general.push_back(accuracy_remark(runs));
  remarks.general.emplace_back(
      "saved: kept for backward, by the allocator; peak: highest live bytes of a step; \"fewer\" "
      "and \"of dense\" are against the dense run that trained alike.");
  for (std::string& line : uncompared(runs)) remarks.general.push_back(std::move(line));
  remarks.general.emplace_back(
      "step: median of one run each; between runs made one after the other it also holds what else "
      "the machine did.");
  if (runs.size() == 1 && runs[0].record.tracer_cost) {
    remarks.general.push_back(tracer_cost_remark(*runs[0].record.tracer_cost));
  }
  for (const NamedRun& run : runs) {
    if (run.record.status != RunStatus::completed) {
      remarks.general.push_back(run.name + " " + status_text(run.record) + ": " +
                                run.record.status_reason);
    }
    for (const std::string& warning : run.record.warnings) {
      remarks.warnings.push_back(run.name + ": " + warning);
    }
  }
  return remarks;
}

}  // namespace actscope::reports
