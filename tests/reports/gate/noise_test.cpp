// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/noise.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "gate/made_rounds.hpp"

namespace actscope::reports::test {
namespace {

TEST(Noise, OfASteadyMachineFindsLittleSlowdowns) {
  const NoiseRecord noise = noise_of(drawn_measurement(1, 40, 0, 0.005), {}, 1);
  EXPECT_EQ(noise.rounds, 40);
  EXPECT_EQ(noise.gates, 299);
  EXPECT_EQ(noise.false_alarms, 0);
  EXPECT_NEAR(noise.false_alarm_rate_high, 0.01, 0.0003);  // 1 − .05^(1/299)
  ASSERT_EQ(noise.metrics.size(), 1U);                     // bytes that do not vary are no noise
  EXPECT_EQ(noise.metrics[0].name, "step_time_s");
  EXPECT_NEAR(noise.metrics[0].variation_ratio, 0.007, 0.003);
  EXPECT_EQ(noise.metrics[0].band_ratio, 0.01);  // the least one
  ASSERT_TRUE(noise.detectable_ratio.value);
  EXPECT_LE(*noise.detectable_ratio.value, 1.02);
  EXPECT_EQ(noise.round_time_s, 2);
}

TEST(Noise, OfANoisyMachineHasAWiderBandAndFindsLess) {
  const NoiseRecord noise = noise_of(drawn_measurement(1, 40, 0, 0.05), {}, 1);
  EXPECT_GT(noise.metrics[0].band_ratio, 0.015);
  ASSERT_TRUE(noise.detectable_ratio.value);
  EXPECT_GE(*noise.detectable_ratio.value, 1.05);
  EXPECT_EQ(bands_of(noise).at("step_time_s"), noise.metrics[0].band_ratio);
  TimingPlan longer;
  longer.rounds = 160;
  const NoiseRecord more = noise_of(drawn_measurement(1, 40, 0, 0.05), longer, 1);
  EXPECT_LT(*more.detectable_ratio.value, *noise.detectable_ratio.value);
}

TEST(Noise, IsTheSameForTheSameSeed) {
  const GateMeasurement measurement = drawn_measurement(1, 20, 0, 0.02);
  EXPECT_EQ(write_noise_document(noise_of(measurement, {}, 3)),
            write_noise_document(noise_of(measurement, {}, 3)));
}

TEST(Noise, NeedsRounds) {
  EXPECT_THROW((void)noise_of(drawn_measurement(1, 7, 0), {}, 1), RunError);
  GateMeasurement measurement = drawn_measurement(1, 20, 0);
  for (MeasuredRound& round : measurement.rounds) round.baseline.values["step_time_s"] = -1;
  EXPECT_THROW((void)noise_of(measurement, {}, 1), RunError);
}

TEST(Noise, WhereNothingIsFoundSaysSo) {
  const NoiseRecord noise = noise_of(drawn_measurement(1, 40, 0, 2.0), {}, 1);
  EXPECT_FALSE(noise.detectable_ratio.value);
  EXPECT_NE(noise_text(noise).find("not even twice"), std::string::npos);
  EXPECT_EQ(write_noise_document(read_noise_document(write_noise_document(noise), "t")),
            write_noise_document(noise));
}

TEST(NoiseDocument, IsReadAsItWasWritten) {
  const NoiseRecord noise = noise_of(drawn_measurement(1, 20, 0, 0.02), {}, 3);
  const std::string text = write_noise_document(noise);
  EXPECT_EQ(write_noise_document(read_noise_document(text, "t")), text);
  EXPECT_NE(noise_text(noise).find("0 of 299 gates"), std::string::npos) << noise_text(noise);
  std::string changed = text;
  changed.replace(changed.find("\"planned_rounds\": 40"), 20, "\"planned_rounds\": 4 ");
  EXPECT_THROW((void)read_noise_document(changed, "t"), ReportFormatError);
}

TEST(Noise, AnotherMachineHasAnotherDigest) {
  EnvironmentRecord environment;
  environment.cpu = "a";
  const std::string first = environment_sha256(environment);
  environment.host = "elsewhere";  // containers change their names
  environment.program_version = "9";
  EXPECT_EQ(environment_sha256(environment), first);
  environment.cores = 3;
  EXPECT_NE(environment_sha256(environment), first);
  EXPECT_EQ(first.size(), 64U);
}

}  // namespace
}  // namespace actscope::reports::test
