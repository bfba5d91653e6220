// SPDX-License-Identifier: Apache-2.0
#include "options/nearest_name.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "actscope/base/edit_distance.hpp"
#include "actscope/base/error.hpp"

namespace actscope::app {

std::vector<std::string> subcommand_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(subcommand->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string nearest_name(const std::string& text, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(text, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

void require_known(const char* what, const std::string& name,
                   const std::vector<std::string>& known) {
  if (std::ranges::find(known, name) != known.end()) return;
  const std::string nearest = nearest_name(name, known);
  throw ConfigError(
      error_text(fmt::format("unknown {} '{}'", what, name),
                 fmt::format("there are {}", fmt::join(known, ", ")),
                 nearest.empty() ? "give one of these" : "did you mean " + nearest + "?"));
}

}  // namespace actscope::app
