// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/json_cursor.hpp"

namespace actscope::reports {

/// Puts the parts into a page at their marks @NAME@, in one pass: a mark inside a part stays what
/// it is, text.
std::string filled(std::string_view page, const std::map<std::string_view, std::string>& parts);

/// JSON that may stand inside a script element: no "</script" or "<!--" can appear.
std::string script_json(const Json& data);

/// One escaped list item a line.
std::string list_html(const std::vector<std::string>& lines);

// Texts embedded at build time (cmake/embed_text.cmake).
std::string_view html_style();
std::string_view html_logo();
std::string_view chart_js();

}  // namespace actscope::reports
