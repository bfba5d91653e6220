// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"

#include <algorithm>

namespace actscope {

std::string error_text(std::string_view what, std::string_view why, std::string_view remedy) {
  std::string text(what);
  if (!why.empty()) text.append(" [").append(why).append("]");
  if (!remedy.empty()) text.append("; ").append(remedy);
  std::ranges::replace_if(
      text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace actscope
