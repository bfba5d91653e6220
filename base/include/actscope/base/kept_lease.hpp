// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "actscope/base/lease.hpp"

namespace actscope {

/// A lease with a thread that touches it as long as this object lives, whatever its owner does.
class KeptLease {
 public:
  explicit KeptLease(Lease lease);
  ~KeptLease();
  KeptLease(const KeptLease&) = delete;
  KeptLease& operator=(const KeptLease&) = delete;

  /// Whether another process took this one for dead: it works there now, and we must not.
  bool is_lost() const noexcept { return is_lost_; }

 private:
  void keep(const std::stop_token& stop);

  Lease lease_;
  std::atomic<bool> is_lost_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it ends before the rest goes
};

}  // namespace actscope
