// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/plan/rendering.hpp"

#include <fmt/format.h>

#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

// Float32 sums in another order differ by less.
std::string error_cell(double ratio) {
  return ratio < 1e-5 ? "0" : fmt::format("{:.3f}", ratio);
}

std::string blocks_table(const PlanRecord& record) {
  TextTable table({"blocks", "kept as", "slots beside exact"});
  for (std::size_t i = 0; i < record.layers.size();) {
    std::size_t next = i + 1;
    while (next < record.layers.size() && record.layers[next] == record.layers[i]) ++next;
    std::string slots;
    for (const PlanCandidate& candidate : record.candidates) {
      if (candidate.name != record.layers[i]) continue;
      for (const auto* texts : {&candidate.slots, &candidate.operands}) {
        for (const std::string& text : *texts) slots += (slots.empty() ? "" : ", ") + text;
      }
    }
    table.add({next - i == 1 ? fmt::format("{}", i) : fmt::format("{} … {}", i, next - 1),
               record.layers[i], slots});
    i = next;
  }
  return table.text();
}

std::string candidates_table(const PlanRecord& record) {
  TextTable table({"a block kept as", "kept bytes", "transients", "time", "gradient error",
                   "all blocks so: peak", ""});
  for (const PlanCandidate& candidate : record.candidates) {
    std::string peak, verdict;
    for (const PlanPreset& preset : record.presets) {
      if (preset.name != candidate.name) continue;
      peak = format_bytes(preset.estimate.peak_bytes);
      if (!preset.is_allowed) {
        verdict = preset.estimate.peak_bytes > record.budget_bytes ? "over the budget"
                                                                   : "error over the bound";
      }
    }
    table.add({candidate.name, format_bytes(candidate.saved_bytes),
               format_bytes(
                   std::max(candidate.forward_transient_bytes, candidate.backward_transient_bytes)),
               format_duration(candidate.time_s), error_cell(candidate.gradient_error_ratio), peak,
               verdict});
  }
  return table.text();
}

}  // namespace

std::string plan_text(const PlanRecord& record) {
  const RunConfig& config = record.config;
  std::string text =
      fmt::format("{}, {}, batch {}, {}: budget {}\n\n", visible_line(config.model), config.dtype,
                  config.batch, config.device, format_bytes(record.budget_bytes));
  if (record.layers.empty()) {
    text += fmt::format("No plan fits: the least budget is {} ({} bytes).\n\n",
                        format_bytes(record.least_budget_bytes), record.least_budget_bytes);
    return text + candidates_table(record);
  }
  text += blocks_table(record) + "\n";
  text += fmt::format("kept for backward  {}\npredicted peak     {}\n",
                      format_bytes(record.estimate.saved_bytes),
                      format_bytes(record.estimate.peak_bytes + record.reserve_bytes));
  if (record.trial) {
    text += fmt::format("measured peak      {}, a step took {}\n",
                        format_bytes(record.trial->peak_bytes),
                        format_duration(record.trial->step_time_s));
  }
  text += fmt::format("time of the blocks {} a step; mean gradient error {}\n",
                      format_duration(record.estimate.blocks_time_s),
                      error_cell(record.estimate.gradient_error_ratio));
  text += fmt::format("least budget       {}\n\n", format_bytes(record.least_budget_bytes));
  return text + candidates_table(record);
}

}  // namespace actscope::reports
