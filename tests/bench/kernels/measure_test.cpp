// SPDX-License-Identifier: Apache-2.0
// measure_point on a platform whose clock and operators are made up.
#include "kernels/measure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "small_problem.hpp"

namespace actscope::bench::test {
namespace {

// Counts work instead of time: compress takes 1 s, product 3 s, a rival what it says.
class CountingStopwatch : public Stopwatch {
 public:
  void start() override { seconds = 0; }
  double stop() override { return seconds; }
  double seconds = 0;
};

class CountedBlockSparse : public BlockSparse {
 public:
  CountedBlockSparse(const Problem& of, const kernels::BlockSpec& spec, double factor,
                     CountingStopwatch& watch)
      : BlockSparse(of, spec), watch_(watch) {
    for (const double value : expected_product(of.dense, prune(of, spec).x)) {
      result_.push_back(static_cast<float>(factor * value));
    }
  }
  void compress() override { watch_.seconds += 1; }
  void product() override { watch_.seconds += 3; }
  std::vector<float> result() const override { return result_; }

 private:
  CountingStopwatch& watch_;
  std::vector<float> result_;
};

// Multiplies another selection than the point's, and says so or not.
class OtherSelection : public Rival {
 public:
  OtherSelection(bool says_so, CountingStopwatch& watch) : says_so_(says_so), watch_(watch) {
    facts_.name = "other";
    facts_.kind = RivalKind::sparse;
    facts_.status = RivalStatus::ok;
  }
  void prepare(const Point& point) override {
    kernels::BlockSpec spec = point.spec;
    spec.select = kernels::Select::column;
    expected_ = expected_product(point.problem.dense, prune(point.problem, spec).x);
    facts_.algorithm = "the third";
  }
  void run() override { watch_.seconds += 8; }
  std::vector<float> result() const override { return {expected_.begin(), expected_.end()}; }
  const std::vector<double>* expected() const override { return says_so_ ? &expected_ : nullptr; }

 private:
  bool says_so_;
  CountingStopwatch& watch_;
  std::vector<double> expected_;
};

class CountingPlatform : public Platform {
 public:
  explicit CountingPlatform(double factor = 1) : factor_(factor) {
    rivals_.push_back(std::make_unique<OtherSelection>(true, watch_));
    rivals_.push_back(std::make_unique<OtherSelection>(false, watch_));
  }
  std::unique_ptr<BlockSparse> ours(const Problem& problem,
                                    const kernels::BlockSpec& spec) override {
    return std::make_unique<CountedBlockSparse>(problem, spec, factor_, watch_);
  }
  Stopwatch& stopwatch() override { return watch_; }
  Parts parts() const override { return Parts::apart; }
  KernelsMachine machine() override { return {}; }

 private:
  double factor_;
  CountingStopwatch watch_;
};

const kernels::BlockSpec spec{.block_rows = 8, .block_cols = 8, .sparsity_ratio = 0.75};

auto measured(double factor = 1) {
  const Problem problem = make_problem("fc1", random_activations(160), 0);
  CountingPlatform platform(factor);
  return measure_point(platform, problem, spec,
                       {expected_product(problem.dense, problem.dense.x), ""}, {.count = 6})
      .value();
}

TEST(MeasurePoint, PartsAreTimedInCallsOfTheirOwn) {
  const auto rows = measured();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].time_s, 4);
  EXPECT_EQ(rows[1].time_s, 1);
  EXPECT_EQ(rows[2].time_s, 3);
}

TEST(MeasurePoint, AnotherSelectionIsComparedWithItsOwnProduct) {
  const auto rows = measured();
  ASSERT_EQ(rows[0].rivals.size(), 2U);
  const KernelRival& told = rows[0].rivals[0];
  EXPECT_EQ(told.status, RivalStatus::ok) << told.message;
  EXPECT_EQ(told.algorithm, "the third");
  EXPECT_EQ(told.time_s.value, 8);
  EXPECT_EQ(*told.gflop_per_s.value, static_cast<double>(rows[0].kept_flops) / 8 * 1e-9);
  EXPECT_EQ(rows[0].rivals[1].status, RivalStatus::refused);
}

TEST(MeasurePoint, OurOwnWrongResultEndsIt) {
  EXPECT_THROW(measured(1.001), RunError);
}

}  // namespace
}  // namespace actscope::bench::test
