// SPDX-License-Identifier: Apache-2.0
// Policy files: what they may say, what is refused and how, and the globs in them.
#include "actscope/reports/gate/policy.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

GatePolicy read(const std::string& fields) {
  const std::string schema = R"("schema": {"name": "actscope.policy", "version": "1.0.0"})";
  return read_policy_document("{" + schema + (fields.empty() ? "" : ", ") + fields + "}", "p.json");
}

std::string refusal(const std::string& fields) {
  try {
    (void)read(fields);
  } catch (const ReportFormatError& error) {
    return error.what();
  }
  return "accepted";
}

std::string waiver(const std::string& expires, const std::string& reason = "known") {
  return R"("waivers": [{"metric": "*", "reason": ")" + reason + R"(", "expires": ")" + expires +
         R"("}])";
}

TEST(GatePolicy, WhatIsLeftOutKeepsItsDefault) {
  const GatePolicy policy = read("");
  EXPECT_EQ(policy.accuracy_margin_ratio, 0.01);
  EXPECT_EQ(policy.loss_margin_ratio, 0.05);
  EXPECT_EQ(policy.confidence_ratio, 0.95);
  EXPECT_TRUE(policy.ignore.empty() && policy.waivers.empty());
  EXPECT_EQ(read(R"("margins": {"train_loss_ratio": 0})").loss_margin_ratio, 0);
}

TEST(GatePolicy, ATypingErrorIsNamedWithTheNearestField) {
  EXPECT_THAT(refusal(R"("margin": {})"), HasSubstr("did you mean margins?"));
  EXPECT_THAT(refusal(R"("margins": {"train_loss": 1})"),
              HasSubstr("$.margins.train_loss [there is no such field]; did you mean "
                        "train_loss_ratio?"));
  EXPECT_THAT(refusal(R"("waivers": [{"metrics": "*"}])"), HasSubstr("did you mean metric?"));
}

TEST(GatePolicy, ValuesOutOfRangeAreRefused) {
  EXPECT_THAT(refusal(R"("margins": {"heldout_accuracy_ratio": -0.1})"),
              HasSubstr("$.margins.heldout_accuracy_ratio"));
  EXPECT_THAT(refusal(R"("margins": [])"), HasSubstr("expected an object"));
  for (const char* bad : {"0.4", "1", "-1", "null", "\"0.9\""}) {
    EXPECT_THAT(refusal(std::string(R"("confidence_ratio": )") + bad),
                HasSubstr("$.confidence_ratio"))
        << bad;
  }
  EXPECT_THAT(refusal(R"("ignore": "*")"), HasSubstr("expected an array"));
  EXPECT_THAT(refusal(R"("ignore": [1])"), HasSubstr("$.ignore[0]"));
}

TEST(GatePolicy, AWaiverSaysWhatWhyAndUntilWhen) {
  EXPECT_EQ(read(waiver("2028-02-29")).waivers.at(0).expires, "2028-02-29");
  for (const char* bad : {"2027-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "2026-1-1",
                          "20260-1-01", "tomorrow", "", "2026-12-31T00:00", "-026-12-31"}) {
    EXPECT_THAT(refusal(waiver(bad)), HasSubstr("expected a day as 2026-12-31")) << bad;
  }
  EXPECT_THAT(refusal(waiver("2026-12-31", "")), HasSubstr("why it is waived"));
  EXPECT_THAT(refusal(R"("waivers": [{"metric": "*", "reason": "known"}])"),
              HasSubstr("field expires is missing"));
}

TEST(GatePolicy, IsNoOtherDocumentAndNoNewerOne) {
  EXPECT_THROW((void)read_policy_document("", "p"), ReportFormatError);
  EXPECT_THROW((void)read_policy_document("[]", "p"), ReportFormatError);
  EXPECT_THROW((void)read_policy_document(
                   R"({"schema": {"name": "actscope.policy", "version": "2.0.0"}})", "p"),
               ReportFormatError);
  EXPECT_THROW((void)read_policy_document(
                   R"({"schema": {"name": "actscope.run", "version": "1.0.0"}})", "p"),
               ReportFormatError);
}

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_FALSE(matches_glob("?", ""));
  EXPECT_TRUE(matches_glob("layers.*.stored_bytes", "layers.blocks.0.h.stored_bytes"));
  EXPECT_FALSE(matches_glob("layers.*.stored_bytes", "layers.blocks.0.h.stored_bytes#2"));
  EXPECT_TRUE(matches_glob("block?.x", "blocks.x"));
  EXPECT_FALSE(matches_glob("saved", "saved_bytes"));
  EXPECT_TRUE(matches_glob("**a*b**", "xaxxbx"));
  EXPECT_FALSE(matches_glob("[a]", "a"));
}

TEST(Glob, ManyStarsEndSoon) {
  std::string glob;
  for (int i = 0; i < 500; ++i) glob += "*a";
  EXPECT_FALSE(matches_glob(glob + "b", std::string(1000, 'a')));
}

}  // namespace
}  // namespace actscope::reports::test
