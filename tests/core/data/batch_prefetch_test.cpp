// SPDX-License-Identifier: Apache-2.0
#include "data/batch_prefetch.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

using testing::ElementsAre;

class Prefetching : public testing::Test {
 protected:
  // A batch that tells its step; notes which were begun.
  BatchPrefetch::Work make(std::int64_t step) {
    begun.push_back(step);
    return [step] {
      if (step == 7) throw DataError("step 7");
      PixelBatch batch;
      batch.samples = {step};
      return batch;
    };
  }
  std::int64_t take(BatchPrefetch& prefetch, std::int64_t step, std::int64_t total = 100) {
    return prefetch.take(step, total, [&](std::int64_t at) { return make(at); }).samples.at(0);
  }
  std::vector<std::int64_t> begun;
};

TEST_F(Prefetching, GivesTheBatchOfTheStepForAnyNumberOfWorkers) {
  for (std::int64_t workers : {1, 2, 5}) {
    BatchPrefetch prefetch(workers);
    for (std::int64_t step = 0; step < 6; ++step) EXPECT_EQ(take(prefetch, step, 6), step);
  }
}

TEST_F(Prefetching, RunsAheadAsFarAsItHasWorkersAndNotBeyondTheEnd) {
  BatchPrefetch prefetch(2);
  (void)take(prefetch, 0, 4);
  EXPECT_THAT(begun, ElementsAre(0, 1, 2));
  (void)take(prefetch, 1, 4);
  (void)take(prefetch, 2, 4);
  (void)take(prefetch, 3, 4);
  EXPECT_THAT(begun, ElementsAre(0, 1, 2, 3));
}

TEST_F(Prefetching, FollowsAJump) {
  BatchPrefetch prefetch(3);
  EXPECT_EQ(take(prefetch, 0), 0);
  EXPECT_EQ(take(prefetch, 2), 2);
  EXPECT_EQ(take(prefetch, 50), 50);
  EXPECT_EQ(take(prefetch, 1), 1);
}

TEST_F(Prefetching, AnErrorComesWithItsOwnStep) {
  BatchPrefetch prefetch(4);
  EXPECT_EQ(take(prefetch, 5), 5);
  EXPECT_EQ(take(prefetch, 6), 6);
  EXPECT_THROW((void)take(prefetch, 7), DataError);
  EXPECT_EQ(take(prefetch, 8), 8);
}

}  // namespace
}  // namespace actscope::core
