// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/kept_lease.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace actscope {

// Signals are for the threads that were there before.
KeptLease::KeptLease(Lease lease) : lease_(std::move(lease)) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
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
