// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <iostream>

#include "actscope/base/console.hpp"
#include "actscope/base/visible_text.hpp"

namespace actscope::app {

void write_output(std::string_view text) {
  std::cout << visible_text(text);
}

bool flush_output() {
  std::cout.flush();
  return static_cast<bool>(std::cout);
}

void tell_end(std::string_view text) {
  flush_output();
  tell(std::string("actscope: ").append(text));
}

}  // namespace actscope::app
