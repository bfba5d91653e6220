// SPDX-License-Identifier: Apache-2.0
#include "config/json.hpp"

#include <variant>

#include "actscope/core/config/run_option.hpp"

namespace actscope::reports {
namespace {

void write(const std::string& value, Json& to) {
  to = value;
}
void write(double value, Json& to) {
  to = value;
}
void write(bool value, Json& to) {
  to = value;
}
void write(std::int64_t value, Json& to) {
  to = integer_json(value);
}
void write(const std::vector<std::string>& value, Json& to) {
  to = value;
}

void read(const JsonCursor& from, std::string& value) {
  value = from.text();
}
void read(const JsonCursor& from, double& value) {
  value = from.number();
}
void read(const JsonCursor& from, bool& value) {
  value = from.boolean();
}
void read(const JsonCursor& from, std::int64_t& value) {
  value = from.integer();
}
void read(const JsonCursor& from, std::vector<std::string>& value) {
  value = from.texts();
}
void read(const JsonCursor& from, std::optional<std::int64_t>& value) {
  value = from.integer();
}

struct Writer {
  const char* field;
  Json& object;

  template <class Value>
  void operator()(const Value& value) const {
    write(value, object[field]);
  }
  void operator()(const std::optional<std::int64_t>& value) const {
    if (value) (*this)(*value);
  }
};

}  // namespace

Json config_json(const RunConfig& config) {
  Json object = Json::object();
  for (const core::RunOption& option : core::run_options()) {
    if (!core::is_known(option, config)) continue;
    std::visit([&](auto member) { Writer{option.field, object}(config.*member); }, option.member);
  }
  return object;
}

RunConfig read_config_fields(const JsonCursor& fields, const RunConfig& defaults) {
  RunConfig config = defaults;
  for (const core::RunOption& option : core::run_options()) {
    if (!fields.has(option.field)) continue;
    const JsonCursor from = fields.at(option.field);
    std::visit([&](auto member) { read(from, config.*member); }, option.member);
  }
  return config;
}

RunConfig read_whole_config(const JsonCursor& fields) {
  for (const core::RunOption& option : core::run_options()) {
    if ((option.uses & core::in_reports) != 0) (void)fields.at(option.field);
  }
  return read_config_fields(fields, {});
}

RunConfig read_known_config(const JsonCursor& fields) {
  if (!fields.is_object()) fields.refuse("an object");
  RunConfig config = read_config_fields(fields, {});
  config.known_fields.emplace();
  for (const core::RunOption& option : core::run_options()) {
    if (fields.has(option.field)) config.known_fields->emplace_back(option.field);
  }
  return config;
}

std::vector<std::string> config_field_names() {
  std::vector<std::string> names;
  for (const core::RunOption& option : core::run_options()) names.emplace_back(option.field);
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
