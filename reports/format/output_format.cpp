// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/format/output_format.hpp"

#include <string>

#include "actscope/base/error.hpp"

namespace actscope::reports {

Format parse_format(std::string_view name) {
  if (name == "text") return Format::text;
  if (name == "md") return Format::markdown;
  if (name == "html") return Format::html;
  if (name == "csv") return Format::csv;
  throw ConfigError(
      error_text("unknown format '" + std::string(name) + "'", {}, "give text, md, html or csv"));
}

}  // namespace actscope::reports
