// SPDX-License-Identifier: Apache-2.0
#include "gate/measuring.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "scratch_folder.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

class MeasuringTest : public ::testing::Test {
 protected:
  MeasuringTest() {
    measurement_.baseline_command = "echo b >> '" + log().string() + "'; echo '{\"a_s\": 1}'";
    measurement_.candidate_command = "echo c >> '" + log().string() + "'; echo '{\"a_s\": 2}'";
    measurement_.warm_ups = 0;
  }
  fs::path log() const { return folder_.path() / "log"; }
  fs::path rounds() const { return folder_.path() / "rounds" / "rounds.json"; }
  MeasuringEnd measure(
      std::size_t until, const MeasuringOptions& options = {},
      const std::function<bool()>& is_stopped = [] { return false; }) {
    fs::create_directories(folder_.path() / "rounds");
    const auto progress = make_quiet_progress();
    return Measuring(measurement_, folder_.path() / "rounds", options, *progress, is_stopped)
        .run(
            [&] {
              return reports::TimingStep{0,
                                         static_cast<std::int64_t>(until) -
                                             static_cast<std::int64_t>(measurement_.rounds.size())};
            },
            40);
  }

  ScratchFolder folder_;
  reports::GateMeasurement measurement_;
};

TEST_F(MeasuringTest, LaunchesBothInDrawnOrder) {
  EXPECT_EQ(measure(4), MeasuringEnd::done);
  std::string expected;
  for (std::int64_t round = 0; round < 4; ++round) {
    expected += is_candidate_first(0, 0, round) ? "c\nb\n" : "b\nc\n";
    EXPECT_EQ(measurement_.rounds[static_cast<std::size_t>(round)].is_candidate_first,
              is_candidate_first(0, 0, round));
  }
  EXPECT_EQ(read_file(log()), expected);
  EXPECT_EQ(measurement_.rounds[3].candidate.values.at("a_s"), 2);
  EXPECT_GT(measurement_.rounds[3].load.elapsed_s, 0);
  EXPECT_FALSE(fs::exists(folder_.path() / "rounds" / "launch"));
}

TEST_F(MeasuringTest, WarmUpsAreDropped) {
  measurement_.warm_ups = 2;
  (void)measure(1);
  EXPECT_EQ(read_file(log()).size(), 12U);  // six launches
  EXPECT_EQ(measurement_.rounds.size(), 1U);
}

TEST_F(MeasuringTest, GoesOnFromWhatItKept) {
  (void)measure(2);
  const reports::GateMeasurement kept =
      reports::read_rounds_document(read_file(rounds()), "rounds.json");
  EXPECT_EQ(kept.rounds.size(), 2U);
  measurement_ = kept;
  (void)measure(5);
  EXPECT_EQ(measurement_.rounds.size(), 5U);
  for (std::int64_t round = 0; round < 5; ++round) {
    EXPECT_EQ(measurement_.rounds[static_cast<std::size_t>(round)].is_candidate_first,
              is_candidate_first(0, 0, round));
  }
}

TEST_F(MeasuringTest, AFailureKeepsTheFinishedRounds) {
  // Fails from the third launch of the candidate on.
  measurement_.candidate_command = "echo c >> '" + log().string() + "'; test $(grep -c c '" +
                                   log().string() + "') -lt 3 && echo '{\"a_s\": 2}'";
  try {
    (void)measure(9);
    FAIL();
  } catch (const RunError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("candidate: the command failed"), std::string::npos) << text;
    EXPECT_NE(text.find("finished rounds: 2"), std::string::npos) << text;
  }
  EXPECT_EQ(reports::read_rounds_document(read_file(rounds()), "t").rounds.size(), 2U);
  EXPECT_TRUE(fs::exists(folder_.path() / "rounds" / "launch" / "stderr"));
}

TEST_F(MeasuringTest, AllowedFailuresAreKeptAsSuch) {
  measurement_.candidate_command = "exit 3";
  MeasuringOptions options;
  options.allowed_failures = 2;
  EXPECT_THROW((void)measure(9, options), RunError);
  EXPECT_EQ(measurement_.rounds.size(), 2U);
  EXPECT_NE(measurement_.rounds[0].candidate.failure.find("exit code 3"), std::string::npos);
  EXPECT_TRUE(measurement_.rounds[0].baseline.failure.empty());
}

TEST_F(MeasuringTest, AStopKeepsTheFinishedRounds) {
  EXPECT_EQ(measure(9, {}, [&] { return measurement_.rounds.size() == 2; }), MeasuringEnd::stopped);
  EXPECT_EQ(reports::read_rounds_document(read_file(rounds()), "t").rounds.size(), 2U);
}

TEST_F(MeasuringTest, TheTimeMayEndFirst) {
  MeasuringOptions options;
  options.minutes = 1e-9;
  EXPECT_EQ(measure(9, options), MeasuringEnd::out_of_time);
}

TEST(DrawnOrder, IsACoin) {
  int candidates = 0, repeats = 0;
  for (std::int64_t round = 0; round < 1000; ++round) {
    candidates += is_candidate_first(1, 0, round) ? 1 : 0;
    repeats += is_candidate_first(1, 0, round) == is_candidate_first(1, 0, round + 1) ? 1 : 0;
  }
  EXPECT_NEAR(candidates, 500, 60);
  EXPECT_NEAR(repeats, 500, 60);
  bool differs = false;
  for (std::int64_t round = 0; round < 20; ++round) {
    differs = differs || is_candidate_first(1, 0, round) != is_candidate_first(1, 1, round);
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace actscope::app
