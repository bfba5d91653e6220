// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/rendering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "actscope/base/error.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<NamedRun> two_runs() {
  return {{"dense", small_run("dense", 1400)}, {"exact", small_run("exact", 600)}};
}

// Compares with tests/golden/NAME; ACTSCOPE_RENEW_GOLDEN=1 writes it, a mismatch writes
// NAME.actual.
void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/" + name;
  if (std::getenv("ACTSCOPE_RENEW_GOLDEN") != nullptr)
    std::ofstream(path, std::ios::binary) << actual;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing: scripts/golden writes it";
  std::stringstream expected;
  expected << file.rdbuf();
  if (expected.str() != actual) std::ofstream(path + ".actual", std::ios::binary) << actual;
  EXPECT_EQ(actual, expected.str()) << "see " << path << ".actual; scripts/golden renews";
}

TEST(Rendering, RefusesUnknownFormats) {
  EXPECT_THROW(parse_format("pdf"), ConfigError);
}

TEST(Rendering, NoRunsIsAnEmptyTable) {
  for (const Format format : {Format::text, Format::markdown, Format::html, Format::csv}) {
    EXPECT_FALSE(render_runs({}, format).empty());
  }
}

TEST(Rendering, TextIsAsRecorded) {
  expect_golden("runs.txt", render_runs(two_runs(), Format::text, "Two runs."));
}
TEST(Rendering, MarkdownIsAsRecorded) {
  expect_golden("runs.md", render_runs(two_runs(), Format::markdown));
}
TEST(Rendering, CsvIsAsRecorded) {
  expect_golden("runs.csv", render_runs(two_runs(), Format::csv));
}

TEST(Rendering, FailedRunsShowTheirReason) {
  auto runs = two_runs();
  runs[1].record.status = RunStatus::failed;
  runs[1].record.status_reason = "the loss became non-finite at step 3";
  const std::string text = render_runs(runs, Format::text);
  EXPECT_THAT(text, HasSubstr("failed"));
  EXPECT_THAT(text, HasSubstr("exact failed: the loss became non-finite at step 3"));
}

TEST(Rendering, HtmlStandsAloneAndEscapes) {
  auto runs = two_runs();
  runs[1].name = "</script><b>";
  const std::string page = render_runs(runs, Format::html, "a <tag>");
  EXPECT_THAT(page, HasSubstr("a &lt;tag&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("</script><b>")));
  EXPECT_THAT(page, Not(HasSubstr("src=\"http")));
  EXPECT_THAT(page, HasSubstr("Chart.js"));
  for (const char* mark :
       {"@TABLE@", "@DATA@", "@CHARTJS@", "@REMARKS@", "@INTRODUCTION@", "@ENVIRONMENT@"}) {
    EXPECT_THAT(page, Not(HasSubstr(mark)));
  }
}

}  // namespace
}  // namespace actscope::reports::test
