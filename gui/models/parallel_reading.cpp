// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/parallel_reading.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "actscope/base/usable_cores.hpp"

namespace actscope::gui {

bool readInParallel(std::size_t count, const std::function<void(std::size_t)>& work,
                    const std::function<bool(std::size_t done)>& goOn) {
  constexpr std::size_t itemsThatPayAThread = 8;
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> isStopped{false};
  const auto workOnOne = [&] {
    const std::size_t item = next.fetch_add(1);
    if (item >= count || isStopped) return false;
    work(item);
    done.fetch_add(1);
    return true;
  };
  const auto cores = static_cast<std::size_t>(usable_cores().count);
  const std::size_t others = std::min(cores - 1, count / itemsThatPayAThread);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < others; ++i) {
    threads.emplace_back([&] {
      while (workOnOne()) {
      }
    });
  }
  while (workOnOne()) {
    if (!goOn(done)) isStopped = true;
  }
  threads.clear();  // waits
  return done == count;
}

}  // namespace actscope::gui
