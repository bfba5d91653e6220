// SPDX-License-Identifier: Apache-2.0
#include "process/signal_thread.hpp"

#include <pthread.h>
#include <unistd.h>

#include "process/inherited_signals.hpp"

namespace actscope::app {
namespace {

// Handlers instead of sigwait: a debugger sees Ctrl-C, and handlers of others run as they expect.
void* get_signals(void*) {
  ::pthread_setname_np(::pthread_self(), "signals");
  ::pthread_sigmask(SIG_SETMASK, &inherited_signal_mask(), nullptr);
  while (true) ::pause();
}

}  // namespace

void start_signal_thread() noexcept {
  pthread_t thread{};
  if (::pthread_create(&thread, nullptr, get_signals, nullptr) == 0) {
    ::pthread_detach(thread);
  } else {
    ::pthread_sigmask(SIG_SETMASK, &inherited_signal_mask(), nullptr);
  }
}

}  // namespace actscope::app
