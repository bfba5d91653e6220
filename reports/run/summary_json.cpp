// SPDX-License-Identifier: Apache-2.0
#include "run/summary_json.hpp"

namespace actscope::reports {

Json summary_json(const RunSummary& s, VolatileFields volatile_fields) {
  Json object = {{"workspace_bytes", integer_json(s.workspace_bytes)},
                 {"steps", integer_json(s.steps)},
                 {"weights_sha256", s.weights_sha256}};
  if (s.predicted_saved_bytes.value) object["predicted_step"] = integer_json(s.predicted_step);
  set_measured(object, "dense_saved_bytes", s.dense_saved_bytes);
  set_measured(object, "predicted_saved_bytes", s.predicted_saved_bytes);
  set_measured(object, "peak_bytes", s.peak_bytes);
  set_measured(object, "saved_bytes", s.saved_bytes);
  set_measured(object, "residual_bytes", s.residual_bytes);
  set_measured(object, "train_loss", s.train_loss);
  set_measured(object, "heldout_accuracy_ratio", s.heldout_accuracy_ratio);
  const bool is_dropped = volatile_fields == VolatileFields::drop;
  const auto dropped = Measured<double>::missing(no_volatile_reason);
  set_measured(object, "step_time_s", is_dropped ? dropped : s.step_time_s);
  set_measured(object, "images_per_s", is_dropped ? dropped : s.images_per_s);
  return object;
}

RunSummary read_summary(const JsonCursor& from) {
  RunSummary s;
  s.dense_saved_bytes = measured_count(from, "dense_saved_bytes");
  s.predicted_saved_bytes = measured_count(from, "predicted_saved_bytes");
  if (from.has("predicted_step")) s.predicted_step = from.at("predicted_step").count();
  s.workspace_bytes = from.at("workspace_bytes").count();
  s.steps = from.at("steps").count();
  s.weights_sha256 = from.at("weights_sha256").text();
  s.peak_bytes = measured_count(from, "peak_bytes");
  s.saved_bytes = measured_count(from, "saved_bytes");
  s.residual_bytes = measured_integer(from, "residual_bytes");
  s.train_loss = measured_number(from, "train_loss");
  s.heldout_accuracy_ratio = measured_share(from, "heldout_accuracy_ratio");
  s.step_time_s = measured_amount(from, "step_time_s");
  s.images_per_s = measured_amount(from, "images_per_s");
  return s;
}

}  // namespace actscope::reports
