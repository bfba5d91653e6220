// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <iostream>

#include "actscope/base/console.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/visible_text.hpp"

namespace actscope::app {

void write_output(std::string_view text) {
  std::cout << visible_text(text);
}

void write_result(std::string_view text, const std::string& file, bool quiet) {
  if (file.empty()) return write_output(text);
  write_file_atomically(file, text);
  if (!quiet) tell("wrote " + file);
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
