// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/evaluation/document.hpp"

#include <fmt/format.h>

#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"
#include "config/json.hpp"
#include "environment/json.hpp"

namespace actscope::reports {

std::string write_evaluation_document(const EvaluationRecord& record,
                                      VolatileFields volatile_fields) {
  Json document = {{"schema", schema_of("actscope.eval")},
                   {"config", config_json(record.config)},
                   {"environment", environment_json(record.environment, volatile_fields)},
                   {"samples", integer_json(record.samples)},
                   {"correct", integer_json(record.correct)},
                   {"first_non_finite", nullptr},
                   {"skipped", record.skipped}};
  set_measured(document, "heldout_accuracy_ratio", record.accuracy_ratio);
  set_measured(document, "heldout_loss", record.loss);
  if (record.first_non_finite)
    document["first_non_finite"] = integer_json(*record.first_non_finite);
  return format_json(document);
}

EvaluationRecord read_evaluation_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.eval");
  EvaluationRecord record;
  record.config = read_whole_config(root.at("config"));
  record.environment = read_environment(root.at("environment"));
  record.samples = root.at("samples").count();
  record.correct = root.at("correct").count();
  record.accuracy_ratio = measured_share(root, "heldout_accuracy_ratio");
  record.loss = measured_amount(root, "heldout_loss");
  if (const JsonCursor image = root.at("first_non_finite"); !image.is_null()) {
    record.first_non_finite = image.count();
  }
  record.skipped = root.at("skipped").texts();
  return record;
}

std::string evaluation_text(const EvaluationRecord& record) {
  if (!record.accuracy_ratio.value) {
    return fmt::format("held-out accuracy   n/a ({})\n",
                       visible_line(record.accuracy_ratio.reason));
  }
  std::string text = fmt::format("held-out accuracy   {:.2f} % of {} images\n",
                                 *record.accuracy_ratio.value * 100, format_count(record.samples));
  if (record.loss.value) text += fmt::format("held-out loss       {:.4f}\n", *record.loss.value);
  if (!record.skipped.empty()) {
    text += fmt::format("skipped             {} images that cannot be read\n",
                        format_count(static_cast<std::int64_t>(record.skipped.size())));
  }
  return text;
}

}  // namespace actscope::reports
