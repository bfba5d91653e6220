// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

namespace actscope::app {

/// `sweep status DIR`: a subcommand of `sweep`.
void add_sweep_status(CLI::App& sweep, Action& action);

}  // namespace actscope::app
