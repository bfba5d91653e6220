// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace actscope::app {

/// Starts the thread "signals" that does nothing but get the signals of the process, as the parent
/// had them: handlers run on its stack, default actions (end, stop, go on) are the system's.
/// Where the system gives no thread, the calling one gets them.
///
/// Requires take_over_signals
void start_signal_thread() noexcept;

}  // namespace actscope::app
