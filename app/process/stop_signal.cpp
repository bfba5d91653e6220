// SPDX-License-Identifier: Apache-2.0
#include "process/stop_signal.hpp"

#include <atomic>

#include "process/inherited_signals.hpp"

namespace actscope::app {
namespace {

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // a handler may only use such

void on_stop_signal(int signal) {
  stop_requested.store(true, std::memory_order_relaxed);
  if (signal != SIGINT && signal != SIGTERM) return;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  for (const int signal : stop_signals) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) continue;
    action.sa_handler = on_stop_signal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
  }
}

bool is_stop_requested() noexcept {
  return stop_requested.load(std::memory_order_relaxed);
}

}  // namespace actscope::app
