// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::app {

/// From now on SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2 only ask for a stop. A second SIGINT or
/// SIGTERM ends the process; the others may come as often as they like: who closes a terminal or
/// ends a job sends several. Signals that are ignored, or have a handler of somebody's, stay so.
void catch_stop_signals();

bool is_stop_requested() noexcept;

}  // namespace actscope::app
