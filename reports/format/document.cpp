// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/format/document.hpp"

#include "format/json_cursor.hpp"

namespace actscope::reports {

DocumentSchema identify(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor schema = JsonCursor(document, std::string(source)).at("schema");
  return {schema.at("name").text(), schema.at("version").text()};
}

}  // namespace actscope::reports
