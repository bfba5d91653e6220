// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/config/document.hpp"

#include "actscope/base/error.hpp"
#include "config/json.hpp"

namespace actscope::reports {
namespace {

constexpr const char* axis_names[] = {"schemes", "blocks",    "sparsities",
                                      "seeds",   "baselines", "points"};

BlockSides read_sides(const JsonCursor& from) {
  BlockSides sides;
  if (from.is_array()) {
    const std::vector<JsonCursor> both = from.items();
    if (both.size() != 2) from.refuse("one side, or rows and columns");
    sides = {both[0].integer(), both[1].integer()};
  } else {
    sides.rows = sides.cols = from.integer();
  }
  if (sides.rows < 1 || sides.cols < 1) from.refuse("sides from 1");
  return sides;
}

void read_axes(const JsonCursor& from, SweepSpec& spec) {
  if (from.has("schemes")) spec.schemes = from.at("schemes").texts();
  if (from.has("blocks")) {
    for (const JsonCursor& block : from.at("blocks").items()) {
      spec.blocks.push_back(read_sides(block));
    }
  }
  if (from.has("sparsities")) spec.sparsities = from.at("sparsities").numbers();
  if (from.has("seeds")) {
    for (const JsonCursor& seed : from.at("seeds").items()) spec.seeds.push_back(seed.integer());
  }
  if (from.has("baselines")) spec.baselines = from.at("baselines").boolean();
  if (from.has("points")) {
    std::vector<std::string> names = config_field_names();
    std::erase_if(names, [](const std::string& n) { return n == "seed" || n == "out"; });
    for (const JsonCursor& point : from.at("points").items()) {
      point.require_known_fields(names);
      spec.points.push_back(read_config_fields(point, spec.base));
    }
  }
}

Json sides_json(const BlockSides& sides) {
  if (sides.rows == sides.cols) return integer_json(sides.rows);
  return Json::array({integer_json(sides.rows), integer_json(sides.cols)});
}

// The fields in which a point differs from the rest.
Json point_json(const RunConfig& point, const Json& base) {
  Json fields = config_json(point);
  for (const std::string& name : config_field_names()) {
    if (fields.value(name, Json()) == base.value(name, Json())) fields.erase(name);
  }
  return fields;
}

}  // namespace

RunConfig read_config_document(std::string_view text, std::string_view source,
                               const RunConfig& defaults) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.config");
  if (document.contains("sweep")) {
    throw ReportFormatError(error_text(std::string(source) + " describes a sweep, not a run",
                                       "it has the field sweep", "give it to actscope sweep"));
  }
  std::vector<std::string> names = config_field_names();
  names.emplace_back("schema");
  root.require_known_fields(names);
  return read_config_fields(root, defaults);
}

std::string write_config_document(const RunConfig& config) {
  Json document = config_json(config);
  document["schema"] = schema_of("actscope.config", "1.1.0");
  return format_json(document);
}

SweepSpec read_sweep_spec(std::string_view text, std::string_view source,
                          const RunConfig& defaults) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.config");
  std::vector<std::string> names = config_field_names();
  names.insert(names.end(), {"schema", "sweep"});
  root.require_known_fields(names);
  SweepSpec spec;
  spec.base = read_config_fields(root, defaults);
  if (!document.contains("sweep")) return spec;
  const JsonCursor axes = root.at("sweep");
  if (!document["sweep"].is_object()) axes.refuse("an object");
  read_axes(axes, spec);
  axes.require_known_fields({std::begin(axis_names), std::end(axis_names)});
  return spec;
}

std::string write_sweep_spec(const SweepSpec& spec) {
  Json document = config_json(spec.base);
  document["schema"] = schema_of("actscope.config", "1.1.0");
  Json blocks = Json::array();
  for (const BlockSides& sides : spec.blocks) blocks.push_back(sides_json(sides));
  Json seeds = Json::array();
  for (const std::int64_t seed : spec.seeds) seeds.push_back(integer_json(seed));
  Json points = Json::array();
  for (const RunConfig& point : spec.points) points.push_back(point_json(point, document));
  document["sweep"] = {{"schemes", spec.schemes},
                       {"blocks", std::move(blocks)},
                       {"sparsities", spec.sparsities},
                       {"seeds", std::move(seeds)},
                       {"baselines", spec.baselines}};
  if (!points.empty()) document["sweep"]["points"] = std::move(points);
  return format_json(document);
}

}  // namespace actscope::reports
