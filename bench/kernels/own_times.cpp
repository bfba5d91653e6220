// SPDX-License-Identifier: Apache-2.0
#include "own_times.hpp"

#include <chrono>

namespace actscope::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace

void OwnTimes::run_by_the_clock() {
  const auto begin = Clock::now();
  ours_.compress();
  const auto middle = Clock::now();
  ours_.product();
  sum_compress_s_ += seconds(begin, middle);
  sum_product_s_ += seconds(middle, Clock::now());
}

std::vector<Timed> OwnTimes::timed() {
  if (parts_ == Parts::apart) {
    return {{[this] {
              ours_.compress();
              ours_.product();
            }},
            {[this] { ours_.compress(); }},
            {[this] { ours_.product(); }}};
  }
  return {{[this] { run_by_the_clock(); }, [this] { sum_compress_s_ = sum_product_s_ = 0; },
           [this](std::int64_t calls) {
             compress_s_.push_back(sum_compress_s_ / static_cast<double>(calls));
             product_s_.push_back(sum_product_s_ / static_cast<double>(calls));
           }}};
}

std::vector<double> OwnTimes::compress_s(const std::vector<Timed>& timed) const {
  return parts_ == Parts::apart ? timed[1].times_s : compress_s_;
}

std::vector<double> OwnTimes::product_s(const std::vector<Timed>& timed) const {
  return parts_ == Parts::apart ? timed[2].times_s : product_s_;
}

}  // namespace actscope::bench
