// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace actscope::app {

std::vector<std::string> subcommand_names(const CLI::App& command);

/// With their dashes.
std::vector<std::string> option_names(const CLI::App& command);

/// The name that differs from `text` in the fewest letters, or empty where none is near.
std::string nearest_name(const std::string& text, const std::vector<std::string>& names);

/// Errors  ConfigError: the name is none of these; `what` is what it would be, "scheme"
void require_known(const char* what, const std::string& name,
                   const std::vector<std::string>& known);

}  // namespace actscope::app
