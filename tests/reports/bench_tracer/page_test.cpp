// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/reports/bench_tracer/rendering.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TracerPage, ShowsEveryStepAsAPointAndEveryTable) {
  const TracerBenchRecord record = small_tracer_bench();
  const std::string page = render_tracer(record, Format::html, "A & B");
  for (const TracerStepCost& row : record.steps) EXPECT_THAT(page, HasSubstr(">" + row.name + "<"));
  for (const TracerCallCost& row : record.calls) EXPECT_THAT(page, HasSubstr(">" + row.name + "<"));
  for (const TracerFileSize& row : record.files) EXPECT_THAT(page, HasSubstr(">" + row.name + "<"));
  EXPECT_THAT(page, HasSubstr("<circle"));
  EXPECT_THAT(page, HasSubstr("class=\"goal\""));
  EXPECT_THAT(page, HasSubstr("A &amp; B"));
  EXPECT_THAT(page, Not(HasSubstr("@PLOT@")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(TracerPage, OfNoRoundHasNoPlotAndNamesAreText) {
  EXPECT_THAT(render_tracer({}, Format::html), HasSubstr("No round was measured."));
  TracerBenchRecord record = small_tracer_bench();
  record.steps.resize(1);
  record.steps[0].name = "<level>";
  const PairedRatio& ratio = record.steps[0].ratio;
  record.steps[0].ratio = {ratio.ratio, Measured<double>::missing("few"),
                           Measured<double>::missing("few")};
  record.steps[0].goal_ratio = Measured<double>::missing("none");
  const std::string page = render_tracer(record, Format::html);
  EXPECT_THAT(page, HasSubstr("&lt;level&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<level>")));
  EXPECT_THAT(page, Not(HasSubstr("class=\"interval\"")));
  EXPECT_THAT(page, Not(HasSubstr("class=\"goal\"")));
}

}  // namespace
}  // namespace actscope::reports::test
