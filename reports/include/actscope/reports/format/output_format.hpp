// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace actscope::reports {

enum class Format { text, markdown, html, csv };

/// "text", "md", "html", "csv".
/// Errors  ConfigError: another name
Format parse_format(std::string_view name);

}  // namespace actscope::reports
