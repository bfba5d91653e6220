// SPDX-License-Identifier: Apache-2.0
// Renderings of results that were made to break them: controls, markup, no UTF-8, many rows.
#include "actscope/reports/gate/rendering.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "gate/plain_text.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

GateRow failing(const std::string& metric) {
  GateRow row;
  row.metric = metric;
  row.verdict = GateVerdict::regressed;
  row.reason = "more_bytes";
  row.message = "more";
  row.baseline = 1;
  row.candidate = 2;
  row.ratio = 2;
  return row;
}

GateResult many(std::size_t rows, const std::string& metric) {
  GateResult result;
  result.verdict = GateVerdict::regressed;
  for (std::size_t i = 0; i < rows; ++i) result.rows.push_back(failing(metric));
  return result;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(PlainText, IsVisibleAndCutBetweenCharacters) {
  EXPECT_EQ(plain_line("a\x1b[31m\nb\x7f"), "a\\u001b[31m b\\u007f");
  EXPECT_EQ(plain_line("a\xff"), "a\\xff");
  EXPECT_EQ(plain_line("a\xef\xbf\xbe"), "a\\ufffe");
  EXPECT_EQ(plain_line("µµµ", 3), "µ…");
  EXPECT_EQ(plain_line(""), "");
}

TEST(PlainText, MarkupSaysWhatItSays) {
  EXPECT_EQ(xml_text(R"(<a b="c">&)"), "&lt;a b=&quot;c&quot;&gt;&amp;");
  EXPECT_EQ(markdown_text("a|b [c](d) <e> `f`"), "a\\|b \\[c\\](d) &lt;e&gt; \\`f\\`");
  EXPECT_EQ(annotation_text("50 %\n::error::x"), "50 %25 ::error::x");
  EXPECT_EQ(annotation_property("a,b:c"), "a%2Cb%3Ac");
}

TEST(GateRenderings, NothingToJudge) {
  const GateResult empty;
  EXPECT_THAT(gate_text(empty), HasSubstr("same: no metric"));
  EXPECT_THAT(gate_markdown(empty), HasSubstr("same: no metric"));
  EXPECT_THAT(gate_junit(empty), HasSubstr("tests=\"0\""));
  EXPECT_EQ(gate_annotations(empty), "");
  EXPECT_EQ(gate_sentence(empty), "the candidate passes [no metric]");
}

TEST(GateRenderings, TheSummaryListsTenRowsAndStaysSmall) {
  GateResult result = many(5000, std::string(100000, '<'));
  result.config_differences.assign(5000, std::string(100000, '|'));
  result.environment_differences = result.notes = result.config_differences;
  const std::string text = gate_markdown(result);
  EXPECT_LT(text.size(), std::size_t{1} << 20);
  EXPECT_THAT(text, HasSubstr("Rows not listed: 4990."));
  EXPECT_EQ(count(text, "| regressed |"), 10U);
}

TEST(GateRenderings, AtMostTenAnnotationsOfALineEach) {
  const std::string text = gate_annotations(many(5000, "a\n::error::b"));
  EXPECT_EQ(count(text, "\n"), 10U);
  EXPECT_EQ(count(text, "\n::error title="), 9U);
}

TEST(GateRenderings, JunitNamesAreUnique) {
  GateResult result = many(3, "a");
  result.rows.push_back(failing("a (2)"));
  result.rows.push_back(failing("a\n"));
  const std::string text = gate_junit(result);
  for (const char* name : {"\"a\"", "\"a (2)\"", "\"a (3)\"", "\"a \""}) {
    EXPECT_EQ(count(text, std::string("name=") + name), 1U) << name << text;
  }
  EXPECT_THAT(text, HasSubstr("tests=\"5\" failures=\"5\" errors=\"0\" skipped=\"0\""));
}

TEST(GateRenderings, AFailedCandidateIsAnErrorAWaivedRowIsSkipped) {
  GateResult result = many(2, "a");
  result.rows[0].verdict = GateVerdict::failed;
  result.rows[1].waiver = "known";
  result.verdict = GateVerdict::failed;
  EXPECT_THAT(gate_junit(result), HasSubstr("failures=\"0\" errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(gate_junit(result), HasSubstr("waived: known"));
  EXPECT_THAT(gate_sentence(result), HasSubstr("did not complete [a: more]"));
  EXPECT_EQ(count(gate_annotations(result), "::error"), 1U);
}

TEST(GateRenderings, TheTerminalGetsNoControlsOfAReport) {
  GateResult result = many(1, "\x1b]0;x\x07");
  result.baseline_name = result.candidate_name = "\x1b[2J";
  result.notes = {"\x1b[1m"};
  for (const std::string& text : {gate_text(result), gate_markdown(result), gate_junit(result),
                                  gate_annotations(result), gate_sentence(result)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("\x07")));
  }
}

TEST(GateRenderings, TheTableIsLimitedTheDocumentIsNot) {
  EXPECT_THAT(gate_text(many(1000, "a")), HasSubstr("not listed, but in --json: 960"));
  EXPECT_THAT(gate_sentence(many(1000, "a")), HasSubstr("and 999 more"));
}

}  // namespace
}  // namespace actscope::reports::test
