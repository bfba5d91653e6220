// SPDX-License-Identifier: Apache-2.0
#include "cpu/shared_work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace actscope::kernels::test {
namespace {

TEST(SharedWork, HandsOutEachPieceOnceAndWaitsForAll) {
  for (const std::int64_t pieces : {0, 1, 2, 1000}) {
    for (const int threads : {1, 2, 5}) {
      cpu::SharedWork work(pieces);
      std::vector<int> times(static_cast<std::size_t>(pieces), 0);
      std::atomic<int> incomplete{0};
#pragma omp parallel num_threads(threads)
      {
        work.run([&](std::int64_t number) { ++times[static_cast<std::size_t>(number)]; });
        work.wait();
        for (const int count : times) incomplete += count != 1;
        cpu::leave_region(work);
      }
      EXPECT_EQ(incomplete, 0) << pieces << " pieces, " << threads << " threads";
    }
  }
}

TEST(SharedWork, APieceTakenByHandIsOpenUntilItIsFinished) {
  cpu::SharedWork work(2);
  const std::int64_t first = work.take();
  EXPECT_EQ(first, 0);
  work.run([](std::int64_t number) { EXPECT_EQ(number, 1); });
  EXPECT_GE(work.take(), work.pieces());
  work.finish_one();
  work.wait();  // comes back
}

TEST(WaitUntil, AsksUntilTheAnswerIsYes) {
  int asked = 0;
  cpu::wait_until([&] { return ++asked == 5000; });
  EXPECT_EQ(asked, 5000);
}

}  // namespace
}  // namespace actscope::kernels::test
