// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/config_document.hpp"

#include <algorithm>

#include "actscope/base/edit_distance.hpp"
#include "actscope/base/error.hpp"
#include "config_json.hpp"

namespace actscope::reports {
RunConfig read_config_document(std::string_view text, std::string_view source,
                               const RunConfig& defaults) {
  const Json document = parse_json(text, source);
  const JsonCursor root(document, std::string(source));
  require_schema(root, "actscope.config");
  const std::vector<std::string> names = config_field_names();
  for (const auto& [field, value] : document.items()) {
    if (field == "schema" || std::ranges::find(names, field) != names.end()) continue;
    const auto nearest = std::ranges::min_element(
        names, {}, [&](const std::string& name) { return edit_distance(field, name); });
    throw ReportFormatError(error_text(std::string(source) + " is not valid at $." + field,
                                       "there is no such field", "did you mean " + *nearest + "?"));
  }
  return read_config_fields(root, defaults);
}

std::string write_config_document(const RunConfig& config) {
  Json document = config_json(config);
  document["schema"] = schema_of("actscope.config");
  return format_json(document);
}

}  // namespace actscope::reports
