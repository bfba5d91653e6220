// SPDX-License-Identifier: Apache-2.0
#include "lease_waiting.hpp"

#include <chrono>
#include <thread>

#include "actscope/base/console.hpp"

namespace actscope::app {

std::function<bool()> waiting(bool is_quiet, const std::string& user, const std::string& folder) {
  return [is_quiet, user, folder, has_told = false]() mutable {
    if (!is_quiet && !has_told) {
      tell("waiting up to a minute to see whether " + user + " still works in " + folder);
    }
    has_told = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return true;
  };
}

}  // namespace actscope::app
