// SPDX-License-Identifier: Apache-2.0
#include "config_json.hpp"

namespace actscope::reports {
namespace {

// Visits every field once, for writing, reading and naming alike: they cannot drift apart.
template <class Config, class Visit>
void for_each_field(Config& c, const Visit& visit) {
  visit("model", c.model);
  visit("dim", c.dim);
  visit("depth", c.depth);
  visit("patch", c.patch);
  visit("image_size", c.image_size);
  visit("classes", c.classes);
  visit("data", c.data);
  visit("data_dir", c.data_dir);
  visit("train_samples", c.train_samples);
  visit("heldout_samples", c.heldout_samples);
  visit("augment", c.augment);
  visit("max_corrupt_share", c.max_corrupt_share);
  visit("data_workers", c.data_workers);
  visit("scheme", c.scheme);
  visit("block_rows", c.block_rows);
  visit("block_cols", c.block_cols);
  visit("sparsity_ratio", c.sparsity_ratio);
  visit("select", c.select);
  visit("schedule", c.schedule);
  visit("slots", c.slot_overrides);
  visit("operands", c.operand_overrides);
  visit("epochs", c.epochs);
  visit("steps", c.steps);
  visit("batch", c.batch);
  visit("seed", c.seed);
  visit("learning_rate", c.learning_rate);
  visit("weight_decay", c.weight_decay);
  visit("warmup_ratio", c.warmup_ratio);
  visit("label_smoothing", c.label_smoothing);
  visit("optimizer", c.optimizer);
  visit("drop_path_ratio", c.drop_path_ratio);
  visit("ema_decay", c.ema_decay);
  visit("device", c.device);
  visit("dtype", c.dtype);
  visit("threads", c.threads);
  visit("workspace_bytes", c.workspace_bytes);
  visit("budget_bytes", c.budget_bytes);
  visit("gradient_errors", c.gradient_errors);
  visit("trace", c.trace);
  visit("weights", c.weights);
  visit("save_weights", c.save_weights);
  visit("weights_names", c.weights_names);
  visit("checkpoint_every", c.checkpoint_every);
  visit("out", c.out);
}

struct Writer {
  Json& object;
  void operator()(const char* name, const std::string& value) const { object[name] = value; }
  void operator()(const char* name, double value) const { object[name] = value; }
  void operator()(const char* name, bool value) const { object[name] = value; }
  void operator()(const char* name, std::int64_t value) const {
    object[name] = integer_json(value);
  }
  void operator()(const char* name, const std::vector<std::string>& value) const {
    object[name] = value;
  }
  void operator()(const char* name, const std::optional<std::int64_t>& value) const {
    if (value) object[name] = integer_json(*value);
  }
};

struct Reader {
  const JsonCursor& fields;
  template <class Value>
  void operator()(const char* name, Value& value) const {
    if (fields.has(name)) read(fields.at(name), value);
  }
  static void read(const JsonCursor& from, std::string& value) { value = from.text(); }
  static void read(const JsonCursor& from, double& value) { value = from.number(); }
  static void read(const JsonCursor& from, bool& value) { value = from.boolean(); }
  static void read(const JsonCursor& from, std::int64_t& value) { value = from.integer(); }
  static void read(const JsonCursor& from, std::vector<std::string>& value) {
    value = from.texts();
  }
  static void read(const JsonCursor& from, std::optional<std::int64_t>& value) {
    value = from.integer();
  }
};

}  // namespace

Json config_json(const RunConfig& config) {
  Json object = Json::object();
  for_each_field(config, Writer{object});
  return object;
}

RunConfig read_config_fields(const JsonCursor& fields, const RunConfig& defaults) {
  RunConfig config = defaults;
  for_each_field(config, Reader{fields});
  return config;
}

RunConfig read_whole_config(const JsonCursor& fields) {
  for (const char* field : {"model", "scheme", "block_rows", "block_cols", "sparsity_ratio",
                            "batch", "seed", "device", "dtype"}) {
    (void)fields.at(field);
  }
  return read_config_fields(fields, {});
}

std::vector<std::string> config_field_names() {
  std::vector<std::string> names;
  RunConfig config;
  for_each_field(config, [&](const char* name, const auto&) { names.emplace_back(name); });
  return names;
}

std::vector<std::string> config_differences(const RunConfig& a, const RunConfig& b) {
  const auto text = [](const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  const Json left = config_json(a), right = config_json(b);
  std::vector<std::string> differences;
  for (const std::string& field : config_field_names()) {
    if (field == "out") continue;
    const Json from = left.value(field, Json()), to = right.value(field, Json());
    if (from != to) differences.push_back(field + ": " + text(from) + " -> " + text(to));
  }
  return differences;
}

}  // namespace actscope::reports
