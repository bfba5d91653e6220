// SPDX-License-Identifier: Apache-2.0
#include "run/page.hpp"

#include <cmath>
#include <set>

#include "actscope/base/units.hpp"
#include "actscope/core/config/alike.hpp"
#include "actscope/core/config/run_option.hpp"
#include "format/html.hpp"
#include "format/json_cursor.hpp"
#include "run/memory_section.hpp"
#include "run/timing_table.hpp"

namespace actscope::reports {
namespace {

template <class Number>
Json measured_json(const Measured<Number>& measured) {
  return measured.value ? Json(*measured.value) : Json(nullptr);
}

Json curve_json(const std::vector<AccuracyPoint>& points) {
  Json curve = Json::array();
  for (const AccuracyPoint& point : points) {
    curve.push_back({{"step", point.step},
                     {"epoch", point.epoch},
                     {"elapsed_s", std::isfinite(point.elapsed_s) ? Json(point.elapsed_s) : Json()},
                     {"train", measured_json(point.train_accuracy_ratio)},
                     {"heldout", measured_json(point.heldout_accuracy_ratio)}});
  }
  return curve;
}

std::int64_t stored_bytes_of(const SlotFootprint& slot) {
  return slot.stored_bytes.value_or(slot.predicted_bytes.value_or(0));
}

Json slots_json(const std::vector<LayerFootprint>& layers) {
  Json slots = Json::array();
  for (const LayerFootprint& layer : layers) {
    for (const SlotFootprint& slot : layer.slots) {
      slots.push_back({{"layer", layer.name},
                       {"slot", slot.name},
                       {"store", slot.store},
                       {"dense", slot.dense_bytes ? Json(*slot.dense_bytes) : Json()},
                       {"stored", stored_bytes_of(slot)}});
    }
  }
  return slots;
}

Json timing_row(const char* name, const std::string& layer, const std::string& slot,
                const std::string& phase, const TimingSums& sums) {
  Json row = Json::array({name, layer, slot, phase, sums.calls, sums.total_s});
  for (const std::optional<double>& count : sums.counts) {
    row.push_back(count ? Json(*count) : Json());
  }
  return row;
}

// The longest timings as rows; the last row sums up the others.
Json longest_json(const std::vector<OperatorTiming>& timings) {
  constexpr std::size_t most = 150;
  const LongestTimings longest = longest_timings(timings, most);
  Json rows = Json::array();
  for (const OperatorTiming& t : longest.rows) {
    TimingSums own;
    own.add(t);
    rows.push_back(timing_row(t.name.c_str(), t.layer, t.slot, t.phase, own));
  }
  if (longest.others > 0) {
    rows.push_back(timing_row("others", "", "", "other", longest.rest));
  }
  return rows;
}

Json timing_json_of(const RunRecord& run) {
  if (!has_timings(run)) return {};
  return {{"steps", run.trace ? run.trace->traced_steps : 1},
          {"operators", longest_json(run.operators)},
          {"kernels", longest_json(run.kernels)},
          {"remark", timing_remark(run)}};
}

Json run_json(const NamedRun& run, const NamedRun* reference) {
  const RunSummary& s = run.record.summary;
  const std::optional<Interval> interval = accuracy_interval_of(run.record);
  return {{"name", run.name},
          {"scheme", scheme_text(run.record)},
          {"status", status_text(run.record)},
          {"is_reference", &run == reference},
          {"is_alike",
           is_alike(run.record.config, reference != nullptr ? &reference->record.config : nullptr)},
          {"dense_bytes", measured_json(s.dense_saved_bytes)},
          {"saved_bytes", measured_json(s.saved_bytes)},
          {"peak_bytes", measured_json(s.peak_bytes)},
          {"step_time_s", measured_json(s.step_time_s)},
          {"accuracy", measured_json(s.heldout_accuracy_ratio)},
          {"accuracy_low", interval ? Json(interval->low) : Json()},
          {"accuracy_high", interval ? Json(interval->high) : Json()},
          {"curve", curve_json(run.record.accuracy)},
          {"slots", slots_json(run.record.layers)},
          {"timing", timing_json_of(run.record)}};
}

std::string warnings_html(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return {};
  return "<section><h2>Warnings</h2>\n<ul>" + list_html(warnings) + "</ul></section>";
}

// The facts of the first run; where runs come from several machines, all are named.
std::string environment_html(std::span<const NamedRun> runs) {
  if (runs.empty()) return "<p class=\"note\">No runs.</p>";
  std::set<std::string> machines;
  for (const NamedRun& run : runs) {
    const EnvironmentRecord& e = run.record.environment;
    machines.insert(e.cpu + ", " + std::to_string(e.cores) + " cores, " +
                    format_bytes(e.memory_bytes) + (e.gpu.empty() ? "" : ", " + e.gpu));
  }
  const RunRecord& first = runs.front().record;
  const EnvironmentRecord& e = first.environment;
  std::string html = "<table class=\"facts\">\n";
  const auto fact = [&](const std::string& name, const std::string& value) {
    if (value.empty()) return;
    html += "<tr><th>" + escaped_html(name) + "</th><td>" + escaped_html(value) + "</td></tr>\n";
  };
  for (const std::string& machine : machines) fact("machine", machine);
  fact("system", e.os);
  fact("kernels", e.kernel_backend);
  fact("Actscope", e.program_version + " (" + e.git_revision + ")");
  fact("LibTorch", e.libtorch_version);
  fact("compiler", e.compiler.empty() ? "" : e.compiler + ", " + e.build_type);
  fact("model", model_text(first) + ", " + format_count(first.parameters) + " parameters");
  if (core::is_known("data", first.config)) {
    fact("data", first.config.data + ": " + format_count(first.train_samples) + " to train on, " +
                     format_count(first.heldout_samples) + " held out");
  }
  return html + "</table>\n";
}

}  // namespace

bool is_alike(const RunConfig& config, const RunConfig* reference) {
  return reference != nullptr && core::training_key(config) == core::training_key(*reference);
}

std::string page_of(std::span<const NamedRun> runs, std::string_view introduction,
                    const Remarks& remarks, const std::string& section,
                    const std::string& section_script) {
  Json data = Json::array();
  const NamedRun* reference = dense_run(runs);
  for (const NamedRun& run : runs) data.push_back(run_json(run, reference));
  return filled(html_page(), {{"STYLE", std::string(html_style())},
                              {"LOGO", std::string(html_logo())},
                              {"INTRODUCTION", escaped_html(introduction)},
                              {"TABLE", run_table(runs).html()},
                              {"REMARKS", list_html(remarks.general)},
                              {"WARNINGS", warnings_html(remarks.warnings)},
                              {"ENVIRONMENT", environment_html(runs)},
                              {"DATA", script_json(data)},
                              {"CHARTJS", std::string(chart_js())},
                              {"SWEEP", section},
                              {"LEDGER", html_ledger(runs)},
                              {"SCRIPT", std::string(html_charts()) + section_script}});
}

std::string html_report(std::span<const NamedRun> runs, std::string_view introduction,
                        const Remarks& remarks) {
  return page_of(runs, introduction, remarks, {}, {});
}

}  // namespace actscope::reports
