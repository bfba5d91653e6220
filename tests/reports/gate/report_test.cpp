// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/gate/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/reports/gate/rendering.hpp"
#include "golden_support.hpp"
#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

GateResult waived_result() {
  GatePolicy policy;
  policy.waivers = {{"peak_bytes", "the new blocks <hold> more", "2026-12-31"}};
  return judged(small_run(), changed_run(), policy);
}

TEST(GateReport, Rendered) {
  expect_golden("gate.csv", render_gate(waived_result(), Format::csv));
  expect_golden("gate.html", render_gate(waived_result(), Format::html, "One <change>."));
}

TEST(GateReport, TextAndMarkdownAreThoseOfTheGate) {
  EXPECT_EQ(render_gate(waived_result(), Format::text), gate_text(waived_result()));
  EXPECT_EQ(render_gate(waived_result(), Format::markdown), gate_markdown(waived_result()));
  EXPECT_THAT(render_gate(waived_result(), Format::text, "Before."),
              testing::StartsWith("Before.\n\n"));
  EXPECT_THAT(render_gate(waived_result(), Format::markdown, "B."),
              testing::StartsWith("B.\n\n###"));
}

TEST(GateReport, PageShowsRowsRatiosReasonsAndWaivers) {
  const std::string page = render_gate(waived_result(), Format::html);
  EXPECT_THAT(page, HasSubstr("<td class=\"fails\">regressed</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"waived\">regressed, waived</td>"));
  EXPECT_THAT(page, HasSubstr("<b>Waived:</b> the new blocks &lt;hold&gt; more"));
  EXPECT_THAT(page, HasSubstr("<code>more_bytes</code>"));
  EXPECT_THAT(page, HasSubstr("<td>1.333</td>"));
  EXPECT_THAT(page, HasSubstr("Environments differ"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("@ROWS@")));
}

TEST(GateReport, PageShowsIntervalsAndNothingThatDiffers) {
  GateResult result = judged(small_run(), small_run());
  EXPECT_THAT(render_gate(result, Format::html), HasSubstr("Nothing differs."));
  GateRow row;
  row.metric = "step_time_s\"><b>";
  row.kind = MetricClass::timing;
  row.verdict = GateVerdict::regressed;
  row.ratio = 1.05;
  row.ratio_low = 1.03;
  row.ratio_high = 1.07;
  result.rows = {row};
  const std::string page = render_gate(result, Format::html);
  EXPECT_THAT(page, HasSubstr("1.05 [1.03, 1.07]"));
  EXPECT_THAT(page, Not(HasSubstr("step_time_s\"><b>")));
}

}  // namespace
}  // namespace actscope::reports::test
