// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace actscope::reports {

/// Text out of a report that may be shown: visible on one line (actscope/base/visible_text.hpp),
/// which XML takes too. Longer than `most_bytes`: cut, with "…".
std::string plain_line(std::string_view text, std::size_t most_bytes = 400);

/// plain_line for XML, in elements and in quoted attributes.
std::string xml_text(std::string_view text);

/// plain_line for a cell or a line of Markdown: says what it says and formats nothing.
std::string markdown_text(std::string_view text);

/// plain_line for a workflow command of GitHub Actions; as property, commas and colons too.
std::string annotation_text(std::string_view text);
std::string annotation_property(std::string_view text);

}  // namespace actscope::reports
