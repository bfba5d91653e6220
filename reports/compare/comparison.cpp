// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/compare/comparison.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <map>

#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/reports/statistics/accuracy_interval.hpp"
#include "config/json.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {
namespace {

std::optional<double> as_double(const Measured<std::int64_t>& measured) {
  if (!measured.value) return std::nullopt;
  return static_cast<double>(*measured.value);
}

// What the held-out images of both leave open.
void set_interval(ComparisonRow& row, const RunRecord& a, const RunRecord& b) {
  if (!row.a || !row.b) return;
  const AccuracyPair pair{*row.a, *row.b, a.heldout_samples, b.heldout_samples};
  const auto interval = difference_interval({&pair, 1}, shown_confidence);
  if (interval && std::isfinite(interval->low) && std::isfinite(interval->high)) {
    row.difference_low = interval->low;
    row.difference_high = interval->high;
  }
}

// A loss that diverged is as little comparable as one that was not measured.
std::optional<double> finite(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

void add_row(Comparison& comparison, std::string metric, std::string kind, std::optional<double> a,
             std::optional<double> b) {
  ComparisonRow row{std::move(metric), std::move(kind), finite(a), finite(b), {}, {}, {}, {}};
  if (row.a && row.b) {
    row.difference = finite(*row.b - *row.a);
    if (*row.a != 0) row.ratio = finite(*row.b / *row.a);
  }
  comparison.rows.push_back(std::move(row));
}

std::map<std::string, double> stored_bytes(const RunRecord& record) {
  std::map<std::string, double> bytes;
  for (const LayerFootprint& layer : record.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      if (!slot.stored_bytes) continue;
      bytes["layers." + layer.name + "." + slot.name + ".stored_bytes"] =
          static_cast<double>(*slot.stored_bytes);
    }
  }
  return bytes;
}

std::optional<double> find(const std::map<std::string, double>& map, const std::string& key) {
  const auto place = map.find(key);
  if (place == map.end()) return std::nullopt;
  return place->second;
}

std::string shown(const std::string& metric, const std::optional<double>& value) {
  if (!value) return "n/a";
  if (metric.ends_with("_bytes")) return format_bytes(std::llround(*value));
  if (metric.ends_with("_s") && !metric.ends_with("per_s")) return format_duration(*value);
  if (metric.ends_with("accuracy_ratio")) return fmt::format("{:.2f} %", 100 * *value);
  return fmt::format("{:.6g}", *value);
}

std::string shown_difference(const ComparisonRow& row) {
  const auto& value = row.difference;
  if (!value) return "n/a";
  const std::string sign = *value < 0 ? "-" : "+";
  if (row.difference_low && row.difference_high) {
    const Interval interval{*row.difference_low, *row.difference_high};
    return fmt::format("{}{:.2f} ±{:.2f} points", *value == 0 ? "" : sign, 100 * std::abs(*value),
                       100 * interval.half_width(*value));
  }
  if (*value == 0) return "0";
  if (row.metric.ends_with("accuracy_ratio")) {
    return fmt::format("{}{:.2f} points", sign, 100 * std::abs(*value));
  }
  return sign + shown(row.metric, std::abs(*value));
}

void set_optional(Json& object, const std::string& field, const std::optional<double>& value,
                  const char* reason) {
  set_number(object, field, value.value_or(std::numeric_limits<double>::quiet_NaN()), reason);
}

Json row_json(const ComparisonRow& row) {
  Json object = {{"metric", row.metric}, {"class", row.kind}};
  set_optional(object, "a", row.a, "not in A");
  set_optional(object, "b", row.b, "not in B");
  const bool is_in_both = row.a && row.b;
  set_optional(object, "difference", row.difference, is_in_both ? "not finite" : "not in both");
  set_optional(object, "ratio", row.ratio,
               !is_in_both   ? "not in both"
               : *row.a == 0 ? "A is 0"
                             : "not finite");
  if (row.difference_low) object["difference_low"] = *row.difference_low;
  if (row.difference_high) object["difference_high"] = *row.difference_high;
  return object;
}

ComparisonRow read_row(const JsonCursor& from) {
  ComparisonRow row;
  row.metric = from.at("metric").text();
  row.kind = from.at("class").text();
  if (row.kind != "exact" && row.kind != "timing" && row.kind != "learning") {
    from.at("class").refuse("exact, timing or learning");
  }
  row.a = measured_number(from, "a").value;
  row.b = measured_number(from, "b").value;
  row.difference = measured_number(from, "difference").value;
  row.ratio = measured_number(from, "ratio").value;
  if (from.has("difference_low")) row.difference_low = from.at("difference_low").number();
  if (from.has("difference_high")) row.difference_high = from.at("difference_high").number();
  return row;
}

}  // namespace

Comparison compare_runs(const RunRecord& a, const std::string& a_name, const RunRecord& b,
                        const std::string& b_name) {
  Comparison comparison{a_name, b_name, config_differences(a.config, b.config), {}};
  const RunSummary& sa = a.summary;
  const RunSummary& sb = b.summary;
  add_row(comparison, "saved_bytes", "exact", as_double(sa.saved_bytes), as_double(sb.saved_bytes));
  add_row(comparison, "predicted_saved_bytes", "exact", as_double(sa.predicted_saved_bytes),
          as_double(sb.predicted_saved_bytes));
  add_row(comparison, "dense_saved_bytes", "exact", as_double(sa.dense_saved_bytes),
          as_double(sb.dense_saved_bytes));
  add_row(comparison, "residual_bytes", "exact", as_double(sa.residual_bytes),
          as_double(sb.residual_bytes));
  const bool is_exact = core::is_known("device", a.config) && a.config.device == "cpu";
  add_row(comparison, "peak_bytes", is_exact ? "exact" : "timing", as_double(sa.peak_bytes),
          as_double(sb.peak_bytes));
  add_row(comparison, "parameters", "exact", static_cast<double>(a.parameters),
          static_cast<double>(b.parameters));
  add_row(comparison, "step_time_s", "timing", sa.step_time_s.value, sb.step_time_s.value);
  add_row(comparison, "images_per_s", "timing", sa.images_per_s.value, sb.images_per_s.value);
  add_row(comparison, "train_loss", "learning", sa.train_loss.value, sb.train_loss.value);
  add_row(comparison, "heldout_accuracy_ratio", "learning", sa.heldout_accuracy_ratio.value,
          sb.heldout_accuracy_ratio.value);
  set_interval(comparison.rows.back(), a, b);
  const auto slots_a = stored_bytes(a);
  const auto slots_b = stored_bytes(b);
  auto names = slots_a;
  names.insert(slots_b.begin(), slots_b.end());
  for (const auto& [name, unused] : names) {
    add_row(comparison, name, "exact", find(slots_a, name), find(slots_b, name));
  }
  return comparison;
}

std::string write_comparison_document(const Comparison& comparison) {
  Json rows = Json::array();
  for (const ComparisonRow& row : comparison.rows) rows.push_back(row_json(row));
  return format_json({{"schema", schema_of("actscope.compare", "1.1.0")},
                      {"a", comparison.a_name},
                      {"b", comparison.b_name},
                      {"config_differences", comparison.config_differences},
                      {"rows", std::move(rows)}});
}

Comparison read_comparison_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.compare");
  Comparison comparison;
  comparison.a_name = root.at("a").text();
  comparison.b_name = root.at("b").text();
  comparison.config_differences = root.at("config_differences").texts();
  for (const JsonCursor& row : root.at("rows").items()) comparison.rows.push_back(read_row(row));
  return comparison;
}

std::string comparison_text(const Comparison& comparison) {
  std::string text = "A = " + visible_line(comparison.a_name) +
                     "\nB = " + visible_line(comparison.b_name) + "\n\n";
  for (const std::string& difference : comparison.config_differences)
    text += "  " + visible_line(difference) + "\n";
  if (!comparison.config_differences.empty()) text += "\n";
  TextTable table({"metric", "class", "A", "B", "B-A", "B/A"});
  std::size_t equal_slots = 0;
  for (const ComparisonRow& row : comparison.rows) {
    if (row.metric.starts_with("layers.") && row.difference == 0.0) {
      ++equal_slots;
      continue;
    }
    table.add({row.metric, row.kind, shown(row.metric, row.a), shown(row.metric, row.b),
               shown_difference(row), row.ratio ? fmt::format("{:.3f}", *row.ratio) : "n/a"});
  }
  text += table.text();
  if (equal_slots > 0) text += fmt::format("\n{} slots store equal bytes in both.\n", equal_slots);
  text +=
      "\nBytes are exact. Times and accuracies are single runs: shown, not judged. ± of an "
      "accuracy: 95 % "
      "by the\nheld-out images, as if each run had its own, without what lies between seeds.\n";
  return text;
}

}  // namespace actscope::reports
