// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/sweep/document.hpp"

#include <limits>
#include <set>

#include "config/json.hpp"
#include "environment/json.hpp"
#include "format/json_cursor.hpp"
#include "run/summary_json.hpp"

namespace actscope::reports {
namespace {

constexpr PointStatus statuses[] = {PointStatus::pending, PointStatus::running, PointStatus::done,
                                    PointStatus::failed, PointStatus::skipped};

PointStatus read_status(const JsonCursor& from) {
  const std::string name = from.text();
  for (PointStatus status : statuses) {
    if (name == name_of(status)) return status;
  }
  from.refuse("pending, running, done, failed or skipped");
}

PointRole read_role(const JsonCursor& from) {
  const std::string name = from.text();
  for (PointRole role : {PointRole::grid, PointRole::baseline}) {
    if (name == name_of(role)) return role;
  }
  from.refuse("grid or baseline");
}

// A report is named by its place inside the folder of the sweep, never by a path out of it.
std::string read_inner_path(const JsonCursor& from) {
  const std::string path = from.text();
  const bool leaves = path == ".." || path.starts_with("../") || path.ends_with("/..") ||
                      path.find("/../") != path.npos;
  if (path.starts_with("/") || leaves) from.refuse("a path inside the folder of the sweep");
  return path;
}

Json point_json(const SweepPointRecord& point, VolatileFields volatile_fields) {
  const bool is_dropped = volatile_fields == VolatileFields::drop;
  RunConfig config = point.config;
  config.out.clear();
  Json object = {{"id", point.id},
                 {"role", name_of(point.role)},
                 {"status", name_of(point.status)},
                 {"reason", point.reason},
                 {"config", config_json(config)},
                 {"report", point.report},
                 {"heldout_samples", integer_json(point.heldout_samples)},
                 {"tries", integer_json(is_dropped ? 0 : point.tries)}};
  object["summary"] = point.summary ? summary_json(*point.summary, volatile_fields) : Json();
  set_number(object, "elapsed_s",
             is_dropped ? std::numeric_limits<double>::quiet_NaN() : point.elapsed_s,
             no_volatile_reason);
  return object;
}

SweepPointRecord read_point(const JsonCursor& from) {
  SweepPointRecord point;
  point.id = from.at("id").text();
  if (point.id.empty()) from.at("id").refuse("a name");
  point.role = read_role(from.at("role"));
  point.status = read_status(from.at("status"));
  point.reason = from.at("reason").text();
  point.config = read_whole_config(from.at("config"));
  point.report = read_inner_path(from.at("report"));
  point.heldout_samples = from.at("heldout_samples").count();
  point.tries = from.at("tries").count();
  if (!from.at("summary").is_null()) point.summary = read_summary(from.at("summary"));
  point.elapsed_s = measured_amount(from, "elapsed_s").value.value_or(0);
  return point;
}

}  // namespace

std::string write_sweep_document(const SweepRecord& record, VolatileFields volatile_fields) {
  Json points = Json::array();
  for (const SweepPointRecord& point : record.points) {
    points.push_back(point_json(point, volatile_fields));
  }
  return format_json({{"schema", schema_of("actscope.sweep")},
                      {"environment", environment_json(record.environment, volatile_fields)},
                      {"points", std::move(points)}});
}

SweepRecord read_sweep_document(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.sweep");
  SweepRecord record;
  record.environment = read_environment(root.at("environment"));
  std::set<std::string> ids;
  for (const JsonCursor& from : root.at("points").items()) {
    record.points.push_back(read_point(from));
    if (!ids.insert(record.points.back().id).second) {
      from.at("id").refuse("an id that no other point has");
    }
  }
  return record;
}

}  // namespace actscope::reports
