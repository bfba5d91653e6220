// SPDX-License-Identifier: Apache-2.0
#include "config/weight_names.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

// A part of a dotted name in both namings.
struct Part {
  std::string_view timm, original;
};
constexpr Part parts[] = {{"stem", "patch_embed"},
                          {"linear_tokens", "attn"},
                          {"mlp_channels", "mlp"},
                          {"ls1", "gamma_1"},
                          {"ls2", "gamma_2"}};

// The name with every part changed that `other` knows.
template <class Other>
std::string renamed(std::string_view name, const Other& other) {
  std::string result;
  for (;;) {
    const std::size_t dot = name.find('.');
    result += other(name.substr(0, dot));
    if (dot == std::string_view::npos) return result;
    result += '.';
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

const std::vector<std::string>& weight_namings() {
  static const std::vector<std::string> names{"timm", "original"};  // as the enumerators
  return names;
}

WeightNames parse_weight_names(std::string_view text) {
  const std::vector<std::string>& names = weight_namings();
  const auto found = std::ranges::find(names, text);
  if (found != names.end()) return static_cast<WeightNames>(found - names.begin());
  throw ConfigError(error_text("unknown naming of weights '" + std::string(text) + "'", {},
                               "give timm or original"));
}

std::string name_in_file(std::string_view parameter, WeightNames names) {
  if (names == WeightNames::timm) return std::string(parameter);
  return renamed(parameter, [](std::string_view part) {
    for (const Part& p : parts) {
      if (part == p.timm) return p.original;
    }
    return part;
  });
}

std::string parameter_name(std::string_view name_in_file) {
  return renamed(name_in_file, [](std::string_view part) {
    for (const Part& p : parts) {
      if (part == p.original) return p.timm;
    }
    return part;
  });
}

}  // namespace actscope::core
