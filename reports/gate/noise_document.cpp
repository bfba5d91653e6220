// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "actscope/base/units.hpp"
#include "actscope/reports/gate/noise.hpp"
#include "environment/json.hpp"
#include "format/json_cursor.hpp"
#include "format/text_table.hpp"
#include "gate/plain_text.hpp"

namespace actscope::reports {

std::string write_noise_document(const NoiseRecord& noise) {
  Json metrics = Json::array();
  for (const NoiseOfMetric& metric : noise.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"primary", metric.is_primary},
                       {"variation_ratio", metric.variation_ratio},
                       {"band_ratio", metric.band_ratio}});
  }
  Json document = {{"schema", schema_of("actscope.noise")},
                   {"command", noise.command},
                   {"environment", environment_json(noise.environment, VolatileFields::keep)},
                   {"environment_sha256", noise.environment_sha256},
                   {"rounds", noise.rounds},
                   {"round_time_s", noise.round_time_s},
                   {"planned_rounds", noise.plan.rounds},
                   {"least_band_ratio", noise.plan.band_ratio},
                   {"metrics", std::move(metrics)},
                   {"gates", noise.gates},
                   {"false_alarms", noise.false_alarms},
                   {"false_alarm_rate_high_ratio", noise.false_alarm_rate_high},
                   {"notes", noise.notes}};
  set_measured(document, "detectable_ratio", noise.detectable_ratio);
  return format_json(document);
}

NoiseRecord read_noise_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.noise");
  NoiseRecord noise;
  noise.command = root.at("command").text();
  noise.environment = read_environment(root.at("environment"));
  noise.environment_sha256 = root.at("environment_sha256").digest();
  noise.rounds = root.at("rounds").count();
  noise.round_time_s = root.at("round_time_s").amount();
  noise.plan.rounds = root.at("planned_rounds").count();
  if (noise.plan.rounds < least_rounds || noise.plan.rounds > most_rounds) {
    root.at("planned_rounds").refuse(fmt::format("{} to {}", least_rounds, most_rounds));
  }
  noise.plan.band_ratio = root.at("least_band_ratio").amount();
  for (const JsonCursor& from : root.at("metrics").items()) {
    noise.metrics.push_back({from.at("name").text(), from.at("primary").boolean(),
                             from.at("variation_ratio").amount(), from.at("band_ratio").amount()});
  }
  noise.gates = root.at("gates").count();
  noise.false_alarms = root.at("false_alarms").count();
  noise.false_alarm_rate_high = root.at("false_alarm_rate_high_ratio").share();
  noise.detectable_ratio = measured_amount(root, "detectable_ratio");
  noise.notes = root.at("notes").texts();
  return noise;
}

std::string noise_text(const NoiseRecord& noise) {
  const auto percent = [](double ratio) { return fmt::format("{:.2f} %", 100 * ratio); };
  std::string text = "command = " + plain_line(noise.command) + "\n\n";
  for (const std::string& note : noise.notes) text += "  " + plain_line(note) + "\n";
  if (!noise.notes.empty()) text += "\n";
  TextTable table({"metric", "noise of a round", "band"});
  for (const NoiseOfMetric& metric : noise.metrics) {
    table.add({plain_line(metric.name) + (metric.is_primary ? " *" : ""),
               percent(metric.variation_ratio), percent(metric.band_ratio)});
  }
  text += table.text() + "\n* primary\n\n";
  text += fmt::format("rounds measured       {}, {} each\n", noise.rounds,
                      format_duration(noise.round_time_s));
  text += fmt::format("a gate of             at most {} rounds, about {}\n", noise.plan.rounds,
                      format_duration(noise.round_time_s * static_cast<double>(noise.plan.rounds)));
  text += fmt::format(
      "false alarms          {} of {} gates drawn from the rounds (at most {} with "
      "95 % confidence)\n",
      noise.false_alarms, noise.gates, percent(noise.false_alarm_rate_high));
  text += "found in 90 of 100    ";
  text += noise.detectable_ratio.value ? fmt::format("a slowdown of {} or more\n",
                                                     percent(*noise.detectable_ratio.value - 1))
                                       : noise.detectable_ratio.reason + "\n";
  return text;
}

}  // namespace actscope::reports
