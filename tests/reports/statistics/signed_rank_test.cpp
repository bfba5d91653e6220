// SPDX-License-Identifier: Apache-2.0
// Against SciPy on stored cases (scripts/statistics_cases), and by hand where there are few values.
#include "statistics/signed_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace actscope::reports::test {
namespace {

using Json = nlohmann::json;

const Json& cases() {
  static const Json document = Json::parse(std::ifstream(SIGNED_RANK_CASES));
  return document;
}

std::vector<double> numbers(const Json& from) {
  return from.get<std::vector<double>>();
}

TEST(SignedRank, AgreesWithSciPy) {
  ASSERT_GT(cases().at("signed_rank").size(), 40U);
  for (const Json& stored : cases().at("signed_rank")) {
    const std::vector<double> values = numbers(stored.at("values"));
    const SignedRank test = signed_rank_test(values);
    EXPECT_DOUBLE_EQ(test.statistic, stored.at("statistic").get<double>()) << stored;
    EXPECT_NEAR(test.p_greater, stored.at("p_greater").get<double>(), 1e-12) << stored;
    EXPECT_NEAR(test.p_less, stored.at("p_less").get<double>(), 1e-12) << stored;
    EXPECT_EQ(test.is_exact, stored.at("how") != "approx") << stored;
  }
}

TEST(SignedRank, OfFewValuesByHand) {
  EXPECT_EQ(signed_rank_test({}).used, 0U);
  EXPECT_EQ(signed_rank_test({}).p_greater, 1);
  const double zeros[] = {0, 0, 0};
  EXPECT_EQ(signed_rank_test(zeros).used, 0U);
  EXPECT_EQ(signed_rank_test(zeros).p_less, 1);
  const double one[] = {2};
  EXPECT_EQ(signed_rank_test(one).p_greater, 0.5);
  EXPECT_EQ(signed_rank_test(one).p_less, 1);
  const double three[] = {1, -2, 3};  // sums of 4 or more: {1, 3}, {2, 3}, {1, 2, 3}
  EXPECT_EQ(signed_rank_test(three).statistic, 4);
  EXPECT_EQ(signed_rank_test(three).p_greater, 3.0 / 8);
  const double tied[] = {1, 1, -1, 0};  // mean ranks 2: sums of 4 or more in 4 of 8
  EXPECT_EQ(signed_rank_test(tied).used, 3U);
  EXPECT_EQ(signed_rank_test(tied).p_greater, 0.5);
}

TEST(SignedRank, OfEqualSignsIsAsRareAsSoManyCoins) {
  for (const int count : {1, 4, 10, 40, 120}) {
    const std::vector<double> equal(static_cast<std::size_t>(count), 0.25);
    EXPECT_DOUBLE_EQ(signed_rank_test(equal).p_greater, std::pow(0.5, count)) << count;
    EXPECT_DOUBLE_EQ(signed_rank_test(equal).p_less, 1) << count;
  }
}

// The exact distribution ends at 120 ranks: there the normal one is near it.
TEST(SignedRank, ChangesLittleWhereTheNormalDistributionBegins) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0.1, 1);
  std::vector<double> values(most_exact_ranks);
  for (double& value : values) value = noise(random);
  const SignedRank exact = signed_rank_test(values);
  values.push_back(1e-9);  // of the least rank
  const SignedRank normal = signed_rank_test(values);
  EXPECT_TRUE(exact.is_exact);
  EXPECT_FALSE(normal.is_exact);
  EXPECT_NEAR(normal.p_greater, exact.p_greater, 0.01);
}

TEST(HodgesLehmann, AgreesWithTheInvertedTestOfSciPy) {
  ASSERT_GT(cases().at("shift").size(), 10U);
  for (const Json& stored : cases().at("shift")) {
    const ShiftEstimate shift =
        hodges_lehmann(numbers(stored.at("values")), stored.at("confidence").get<double>());
    EXPECT_NEAR(shift.estimate, stored.at("estimate").get<double>(), 1e-12) << stored;
    ASSERT_EQ(shift.low.has_value(), !stored.at("low").is_null()) << stored;
    if (!shift.low) continue;
    EXPECT_NEAR(*shift.low, stored.at("low").get<double>(), 1e-12) << stored;
    EXPECT_NEAR(*shift.high, stored.at("high").get<double>(), 1e-12) << stored;
  }
}

TEST(HodgesLehmann, OfManyValuesHoldsTheMiddleAsOftenAsStated) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise(0.3, 1);
  int below = 0, above = 0;
  constexpr int samples = 300;
  for (int sample = 0; sample < samples; ++sample) {
    std::vector<double> values(130);
    for (double& value : values) value = noise(random);
    const ShiftEstimate shift = hodges_lehmann(values, 0.9);
    below += static_cast<int>(*shift.low > 0.3);
    above += static_cast<int>(*shift.high < 0.3);
  }
  EXPECT_LT(below, 0.15 * samples);  // stated: .10; 300 draws have a deviation of .017
  EXPECT_LT(above, 0.15 * samples);
  EXPECT_GT(below, 0.04 * samples);
  EXPECT_GT(above, 0.04 * samples);
}

// Beyond most_exact_ranks the means are counted instead of made.
TEST(HodgesLehmann, CountingMeansFindsTheSameMiddle) {
  std::mt19937_64 random(13);
  std::normal_distribution<double> noise(0.3, 1);
  for (const std::size_t count : {121U, 150U, 200U}) {
    std::vector<double> values(count), means;
    for (double& value : values) value = std::round(8 * noise(random)) / 8;  // ties
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i; j < count; ++j) means.push_back((values[i] + values[j]) / 2);
    }
    std::ranges::sort(means);
    const double middle = (means[(means.size() - 1) / 2] + means[means.size() / 2]) / 2;
    const ShiftEstimate shift = hodges_lehmann(values, 0.95);
    EXPECT_NEAR(shift.estimate, middle, 1e-12) << count;
    EXPECT_TRUE(std::ranges::any_of(means, [&](double mean) {
      return std::abs(mean - *shift.low) < 1e-12;
    })) << count;
    EXPECT_LT(*shift.low, *shift.high);
  }
}

TEST(HodgesLehmann, OfTiedValuesHoldsThem) {
  for (const std::size_t count : {9U, 130U}) {
    const std::vector<double> equal(count, 0.5);
    const ShiftEstimate shift = hodges_lehmann(equal, 0.95);
    EXPECT_EQ(shift.estimate, 0.5);
    EXPECT_EQ(shift.low, 0.5);
    EXPECT_EQ(shift.high, 0.5);
  }
}

TEST(Holm, AgreesWithStoredCases) {
  ASSERT_FALSE(cases().at("holm").empty());
  for (const Json& stored : cases().at("holm")) {
    const std::vector<double> adjusted = holm_adjusted(numbers(stored.at("p")));
    const std::vector<double> expected = numbers(stored.at("adjusted"));
    ASSERT_EQ(adjusted.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
  }
}

TEST(Holm, ByHand) {
  EXPECT_TRUE(holm_adjusted({}).empty());
  const double p[] = {0.04, 0.01, 0.9, 0.03};  // .01·4, .03·3, then never less: .09, then .9
  const std::vector<double> adjusted = holm_adjusted(p);
  EXPECT_DOUBLE_EQ(adjusted[1], 0.04);
  EXPECT_DOUBLE_EQ(adjusted[3], 0.09);
  EXPECT_DOUBLE_EQ(adjusted[0], 0.09);
  EXPECT_DOUBLE_EQ(adjusted[2], 0.9);
}

}  // namespace
}  // namespace actscope::reports::test
