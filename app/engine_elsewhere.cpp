// SPDX-License-Identifier: Apache-2.0
// actscope.
#include "engine.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "actscope/base/error.hpp"
#include "process/own_program.hpp"
#include "process/program_change.hpp"

namespace actscope::app {

namespace {

std::filesystem::path engine_program() {
  return own_program().parent_path() / "actscope-engine";
}

}  // namespace

const Engine& engine() {
  become(engine_program());
}

void require_engine() {
  const std::filesystem::path program = engine_program();
  if (::access(program.c_str(), X_OK) == 0) return;
  throw EnvironmentError(error_text("cannot start " + program.string(),
                                    std::generic_category().message(errno),
                                    "it belongs beside actscope: install both"));
}

}  // namespace actscope::app
