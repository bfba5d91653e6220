// SPDX-License-Identifier: Apache-2.0
// actscope.
#include "engine.hpp"
#include "process/own_program.hpp"
#include "process/program_change.hpp"

namespace actscope::app {

const Engine& engine() {
  become(own_program().parent_path() / "actscope-engine");
}

}  // namespace actscope::app
