// SPDX-License-Identifier: Apache-2.0
// The table of options writes the reference of `actscope run` and the configurations of the
// schemas; scripts/golden renews both.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "actscope/core/config/run_option.hpp"
#include "golden_support.hpp"

namespace actscope::reports {
namespace {

using OrderedJson = nlohmann::ordered_json;

struct TypeName {
  const char* operator()(std::string RunConfig::*) const { return "text"; }
  const char* operator()(std::int64_t RunConfig::*) const { return "integer"; }
  const char* operator()(double RunConfig::*) const { return "number"; }
  const char* operator()(bool RunConfig::*) const { return "boolean"; }
  const char* operator()(std::vector<std::string> RunConfig::*) const { return "texts"; }
  const char* operator()(std::optional<std::int64_t> RunConfig::*) const { return "integer"; }
};

enum class Described { yes, no };

OrderedJson property(const core::RunOption& option, Described described) {
  OrderedJson json;
  json["$ref"] = std::string("#/$defs/") + std::visit(TypeName(), option.member);
  if (described == Described::yes) json["description"] = core::field_meaning_of(option);
  return json;
}

void write_fields(OrderedJson& object) {
  object["properties"] = OrderedJson::object();
  for (const core::RunOption& option : core::run_options()) {
    object["properties"][option.field] = property(option, Described::yes);
  }
}

void write_required(OrderedJson& object) {
  std::vector<std::string> required;
  for (const core::RunOption& option : core::run_options()) {
    if ((option.uses & core::in_reports) != 0) required.emplace_back(option.field);
  }
  std::ranges::sort(required);
  object["required"] = required;
}

// The configuration of a run inside a report.
void write_config(OrderedJson& object) {
  write_fields(object);
  write_required(object);
}

void expect_schema(const std::string& name, const std::function<void(OrderedJson&)>& write) {
  const std::string file = "../../schemas/actscope." + name + ".schema.json";
  OrderedJson schema = OrderedJson::parse(test::read_golden(file));
  write(schema);
  test::expect_golden(file, schema.dump(2) + "\n");
}

TEST(OptionReference, SchemasOfReportsHaveTheTable) {
  // Only runs of our own model have to name fields.
  expect_schema("run", [](OrderedJson& schema) {
    write_fields(schema["properties"]["config"]);
    write_required(schema["else"]["properties"]["config"]);
  });
  for (const char* name : {"plan", "eval"}) {
    expect_schema(name, [](OrderedJson& schema) { write_config(schema["properties"]["config"]); });
  }
  expect_schema("sweep", [](OrderedJson& schema) {
    write_config(schema["properties"]["points"]["items"]["properties"]["config"]);
  });
}

TEST(OptionReference, TheSchemaOfConfigurationsHasTheTable) {
  expect_schema("config", [](OrderedJson& schema) {
    OrderedJson& properties = schema["properties"];
    OrderedJson all = {{"schema", properties["schema"]}};
    OrderedJson of_point = OrderedJson::object();
    for (const core::RunOption& option : core::run_options()) {
      const std::string field = option.field;
      all[field] = property(option, Described::yes);
      // Points have the seeds of the sweep and folders of their own.
      if (field != "seed" && field != "out") of_point[field] = property(option, Described::no);
    }
    all["sweep"] = properties["sweep"];
    all["sweep"]["properties"]["points"]["items"]["properties"] = of_point;
    properties = all;
  });
}

std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string default_cell(const core::RunOption& option) {
  if (*option.unset != '\0') return option.unset;
  if (option.syntax == core::OptionSyntax::turns_off) return "";
  return core::value_text(option, core::starting_config());
}

std::string row(const core::RunOption& option) {
  std::string name;
  if (*option.value != '\0' || option.syntax == core::OptionSyntax::turns_off) {
    const std::string value = *option.value == '\0' ? "" : std::string(" ") + option.value;
    name = fmt::format("`{}{}`", option.option, value);
  }
  std::string meaning = core::meaning_of(option);
  if (*option.note != '\0') meaning += std::string(". ") + option.note;
  return fmt::format("| {} | `{}` | {} | {} | {} |\n", name, option.field, default_cell(option),
                     core::name_of(option.role), cell(meaning));
}

TEST(OptionReference, TheReferenceOfCommandsHasTheTable) {
  const std::string file = "../../docs/reference/commands.md";
  const std::string begin =
      "| option | field | default | decides | meaning |\n|---|---|---|---|---|\n";
  const std::string page = test::read_golden(file);
  const std::size_t place = page.find(begin);
  ASSERT_NE(place, std::string::npos);
  std::string table;
  for (const core::RunOption& option : core::run_options()) table += row(option);
  std::size_t end = place + begin.size();
  while (page.compare(end, 1, "|") == 0) end = page.find('\n', end) + 1;
  test::expect_golden(file, page.substr(0, place) + begin + table + page.substr(end));
}

}  // namespace
}  // namespace actscope::reports
