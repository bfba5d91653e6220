// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/kept_lease.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace actscope {

// Signals from outside are for the threads that were there before. What a thread does to itself,
// and SIGPROF of profilers, stays as it was.
KeptLease::KeptLease(Lease lease) : lease_(std::move(lease)) {
  sigset_t from_outside, before;
  sigfillset(&from_outside);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) {
    sigdelset(&from_outside, own);
  }
  pthread_sigmask(SIG_BLOCK, &from_outside, &before);
  try {
    thread_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

KeptLease::~KeptLease() {
  thread_.request_stop();
  thread_.join();
}

void KeptLease::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !is_lost_) {
    changed_.wait_for(lock, stop, Lease::touch_period, [] { return false; });
    if (!stop.stop_requested() && !lease_.touch()) is_lost_ = true;
  }
}

}  // namespace actscope
