// SPDX-License-Identifier: Apache-2.0
#include "process/inherited_signals.hpp"

#include <pthread.h>

#include <cstddef>
#include <iterator>

namespace actscope::app {
namespace {

constexpr int of_the_thread_itself[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP,
                                        SIGSYS,  SIGABRT, SIGTTIN, SIGTTOU, SIGPROF};
constexpr int errors_of_writes[] = {SIGPIPE, SIGXFSZ};

struct Inherited {
  bool is_known = false;
  sigset_t mask{};
  bool was_ignored[std::size(errors_of_writes)] = {};
};

// No constructor runs for it: it is used before those of any library.
constinit Inherited inherited{};

bool is_ignored(int signal) noexcept {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void take_over_signals() noexcept {
  if (inherited.is_known) return;
  sigset_t from_outside;
  ::sigfillset(&from_outside);
  for (const int signal : of_the_thread_itself) ::sigdelset(&from_outside, signal);
  ::pthread_sigmask(SIG_BLOCK, &from_outside, &inherited.mask);
  for (std::size_t i = 0; i < std::size(errors_of_writes); ++i) {
    inherited.was_ignored[i] = is_ignored(errors_of_writes[i]);
    ::signal(errors_of_writes[i], SIG_IGN);
  }
  inherited.is_known = true;
}

const sigset_t& inherited_signal_mask() noexcept {
  return inherited.mask;
}

void restore_inherited_signals() noexcept {
  if (!inherited.is_known) return;
  for (std::size_t i = 0; i < std::size(errors_of_writes); ++i) {
    if (!inherited.was_ignored[i]) ::signal(errors_of_writes[i], SIG_DFL);
  }
  ::pthread_sigmask(SIG_SETMASK, &inherited.mask, nullptr);
}

void give_back_signals() noexcept {
  // Before they get through: a handler of ours would only note them, and exec would forget that.
  for (const int signal : stop_signals) {
    if (!is_ignored(signal)) ::signal(signal, SIG_DFL);
  }
  ::signal(SIGTERM, SIG_DFL);
  if (!inherited.is_known) return;
  restore_inherited_signals();
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGTERM);
  ::pthread_sigmask(SIG_UNBLOCK, &mask, nullptr);
}

}  // namespace actscope::app
