// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/sweep/rendering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/reports/run/rendering.hpp"
#include "golden_support.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<NamedRun> two_runs() {
  return {{"dense", small_run("dense", 1400)}, {"exact", small_run("exact", 600)}};
}

TEST(Rendering, SweepsAreAsRecorded) {
  const SweepWithRuns sweep{small_sweep(), two_runs()};
  expect_golden("sweep.txt", render_sweep(sweep, Format::text, "A sweep."));
  expect_golden("sweep.md", render_sweep(sweep, Format::markdown));
  expect_golden("sweep.csv", render_sweep(sweep, Format::csv));
}

TEST(Rendering, ASweepsPageIsSelfContainedAndEscaped) {
  SweepWithRuns sweep{small_sweep(), two_runs()};
  sweep.record.points[3].reason = "</script><b>";
  const std::string page = render_sweep(sweep, Format::html, "<i>");
  EXPECT_THAT(page, HasSubstr("id=\"sweep-data\""));
  EXPECT_THAT(page, HasSubstr("&lt;/script&gt;&lt;b&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("</script><b>")));
  EXPECT_THAT(page, Not(HasSubstr("@SWEEP")));
  // Without a sweep nothing of it is on the page.
  EXPECT_THAT(render_runs(two_runs(), Format::html), Not(HasSubstr("sweep-data")));
  EXPECT_THAT(render_runs(two_runs(), Format::html), Not(HasSubstr("@SWEEP")));
  EXPECT_FALSE(render_sweep({}, Format::html).empty());
}

}  // namespace
}  // namespace actscope::reports::test
