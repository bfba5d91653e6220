// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace actscope::app {

/// Remembers which signals the parent had blocked and ignored, then blocks in the calling thread
/// all that arrive from outside, so that every thread that it starts has them blocked too: no
/// handler, whoever installed it, runs on a stack that computes. SIGPIPE and SIGXFSZ are ignored
/// from now on: what cannot be written is an error of the write.
///
/// Left alone are signals of what a thread itself does (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
/// SIGSYS, SIGABRT; SIGTTIN and SIGTTOU, of terminals) and SIGPROF: who profiles by it wants to
/// interrupt the thread that takes the time.
///
/// Requires to be called before other threads run
void take_over_signals() noexcept;

/// The signals that the parent had blocked.
const sigset_t& inherited_signal_mask() noexcept;

/// The signals that end work with a checkpoint: SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2.
inline constexpr int stop_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

/// Gives all back as it was, in the calling thread. Requires that no stop signals are caught.
void restore_inherited_signals() noexcept;

/// Gives all back as it was. For a child between fork and exec: calls only what is safe there.
/// SIGTERM, by which we stop our children, is let through whatever the parent did.
void give_back_signals() noexcept;

}  // namespace actscope::app
