// SPDX-License-Identifier: Apache-2.0
#include "config/json.hpp"

#include "actscope/base/config_fields.hpp"

namespace actscope::reports {
namespace {

struct Writer {
  Json& object;
  void operator()(const char* name, FieldRole, const std::string& value) const {
    object[name] = value;
  }
  void operator()(const char* name, FieldRole, double value) const { object[name] = value; }
  void operator()(const char* name, FieldRole, bool value) const { object[name] = value; }
  void operator()(const char* name, FieldRole, std::int64_t value) const {
    object[name] = integer_json(value);
  }
  void operator()(const char* name, FieldRole, const std::vector<std::string>& value) const {
    object[name] = value;
  }
  void operator()(const char* name, FieldRole, const std::optional<std::int64_t>& value) const {
    if (value) object[name] = integer_json(*value);
  }
};

struct Reader {
  const JsonCursor& fields;
  template <class Value>
  void operator()(const char* name, FieldRole, Value& value) const {
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
  for_each_field(config,
                 [&](const char* name, FieldRole, const auto&) { names.emplace_back(name); });
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
