// SPDX-License-Identifier: Apache-2.0
#include "sweep/page.hpp"

#include <algorithm>

#include "actscope/core/config/configuration_name.hpp"
#include "format/html.hpp"
#include "format/json_cursor.hpp"
#include "run/page.hpp"
#include "run/table.hpp"
#include "sweep/table.hpp"

namespace actscope::reports {
namespace {

Json mean_json(const SeedMean& mean) {
  return {{"mean", mean.mean ? Json(*mean.mean) : Json()},
          {"low", mean.interval ? Json(mean.interval->low) : Json()},
          {"high", mean.interval ? Json(mean.interval->high) : Json()}};
}

Json group_json(const SweepGroup& group, const SweepGroup* reference) {
  const bool has_blocks = block_text(group.config) != "-";
  return {{"name", group.name},
          {"scheme", group.config.scheme},
          {"block", has_blocks ? Json(block_text(group.config)) : Json()},
          {"area", group.config.block_rows * group.config.block_cols},
          {"sparsity", has_blocks ? Json(group.config.sparsity_ratio) : Json()},
          {"is_baseline", group.role == PointRole::baseline},
          {"points", group.points},
          {"done", group.done},
          {"failed", group.failed},
          {"skipped", group.skipped},
          {"reason", group.reason},
          {"is_reference", &group == reference},
          {"is_alike", is_alike(group.config, reference != nullptr ? &reference->config : nullptr)},
          {"saved_bytes", mean_json(group.saved_bytes)},
          {"peak_bytes", mean_json(group.peak_bytes)},
          {"step_time_s", mean_json(group.step_time_s)},
          {"train_loss", mean_json(group.train_loss)},
          {"accuracy", mean_json(group.accuracy_ratio)},
          {"accuracy_difference", mean_json(group.accuracy_difference_ratio)},
          {"saved_of_dense", mean_json(group.saved_of_dense_ratio)},
          {"peak_of_dense", mean_json(group.peak_of_dense_ratio)},
          {"step_of_dense", mean_json(group.step_of_dense_ratio)}};
}

}  // namespace

std::string html_sweep_report(const SweepWithRuns& sweep, std::string_view introduction) {
  const std::vector<SweepGroup> groups = sweep_groups(sweep.record);
  Json data = Json::array();
  const auto dense = std::ranges::find_if(
      groups, [](const SweepGroup& group) { return group.is_reference && group.done > 0; });
  const SweepGroup* reference = dense == groups.end() ? nullptr : &*dense;
  for (const SweepGroup& group : groups) data.push_back(group_json(group, reference));
  const std::string section =
      filled(html_sweep(), {{"CHOICE", escaped_html(choice_text(groups))},
                            {"SWEEP_TABLE", sweep_table(groups).html()},
                            {"SWEEP_REMARKS", list_html(sweep_remarks(sweep.record, groups))},
                            {"SWEEP_DATA", script_json(data)}});
  // Curves and slots of one seed: those of the others look alike.
  std::vector<NamedRun> runs;
  for (const NamedRun& run : sweep.runs) {
    if (run.record.config.seed != sweep.runs.front().record.config.seed) continue;
    runs.push_back({core::configuration_name(run.record.config), run.record});
  }
  return page_of(runs, introduction, remarks_on(runs), section, std::string(html_sweep_charts()));
}

}  // namespace actscope::reports
