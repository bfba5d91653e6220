// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/run/rendering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "actscope/reports/memory/ledger_rendering.hpp"
#include "format/html.hpp"
#include "golden_support.hpp"
#include "record_support.hpp"
#include "run/page.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<NamedRun> two_runs() {
  return {{"dense", small_run("dense", 1400)}, {"exact", small_run("exact", 600)}};
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

std::vector<NamedRun> run_with_ledger() {
  std::vector<NamedRun> runs = {{"dense", small_run("dense", 1400)}};
  runs[0].record.ledger = small_ledger();
  runs[0].record.memory = small_memory();
  return runs;
}

TEST(Rendering, LedgerAndMemoryOfASingleRunAreAsRecorded) {
  expect_golden("run_ledger.txt", render_runs(run_with_ledger(), Format::text));
  expect_golden("run_ledger.md", render_runs(run_with_ledger(), Format::markdown));
  expect_golden("ledger.txt", render_ledger_text(small_ledger()));
}

TEST(Rendering, ALedgerOfNothingHasNoRows) {
  LedgerRecord ledger;
  ledger.residual_bytes = Measured<std::int64_t>::missing("read from the graph alone");
  const std::string text = render_ledger_text(ledger);
  EXPECT_THAT(text, HasSubstr("0 saved tensors"));
  EXPECT_THAT(text, HasSubstr("No account with the allocator: read from the graph alone."));
}

TEST(Rendering, ThePageTellsWhoKeepsTheMemory) {
  const std::string page = render_runs(run_with_ledger(), Format::html);
  EXPECT_THAT(page, HasSubstr("Who keeps the memory"));
  EXPECT_THAT(page, HasSubstr("<td>Relu.result</td>"));
  EXPECT_THAT(page, HasSubstr("Handmade&lt;int&gt; (2)"));
  EXPECT_THAT(page, HasSubstr("residual 1,000 B"));
  EXPECT_THAT(page, HasSubstr("<td>saved_activation</td>"));
  EXPECT_THAT(render_runs(two_runs(), Format::html), Not(HasSubstr("ledger-section")));
}

// A long ledger is cut in a report, and says by how much.
TEST(Rendering, WhatIsBeyondTheLargestRowsIsSummed) {
  auto runs = run_with_ledger();
  auto& storages = runs[0].record.ledger->storages;
  storages.resize(1);
  storages.resize(50, storages[0]);  // of 100 bytes each
  EXPECT_THAT(render_runs(runs, Format::text), HasSubstr("35 more"));
  EXPECT_THAT(render_runs(runs, Format::text), HasSubstr("3.42 KiB"));
  EXPECT_THAT(render_ledger_text(*runs[0].record.ledger), Not(HasSubstr("more")));
}

TEST(Rendering, TwoCountsThatDisagreeAreShown) {
  auto runs = run_with_ledger();
  runs[0].record.memory->reported_bytes = Measured<std::int64_t>::of(5);
  EXPECT_THAT(render_runs(runs, Format::text), HasSubstr("disagree: 123,456 and 5 bytes"));
  runs[0].record.memory->reported_bytes = Measured<std::int64_t>::missing("only at level audit");
  EXPECT_THAT(render_runs(runs, Format::text), HasSubstr("counted once: only at level audit"));
}

TEST(Rendering, FailedRunsShowTheirReason) {
  auto runs = two_runs();
  runs[1].record.status = RunStatus::failed;
  runs[1].record.status_reason = "the loss became non-finite at step 3";
  const std::string text = render_runs(runs, Format::text);
  EXPECT_THAT(text, HasSubstr("failed"));
  EXPECT_THAT(text, HasSubstr("exact failed: the loss became non-finite at step 3"));
}

TEST(Rendering, TextFitsATerminal) {
  auto runs = two_runs();
  runs[0].name = "a/very/long/path/to/runs/of/last/week/dense";
  runs[1].record.status = RunStatus::interrupted;
  runs[1].record.status_reason = "stopped by the user";
  runs[1].record.warnings = {std::string(60, 'w') + " " + std::string(90, 'x')};
  std::istringstream text(
      render_runs(runs, Format::text, std::string(50, 'i') + " and more words"));
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 124U) << line;
}

// The page without what is the same in every page: style, chart library, script.
std::string skeleton(std::string page) {
  for (const std::string_view part : {html_style(), chart_js(), html_charts()}) {
    const std::size_t at = page.find(part);
    EXPECT_NE(at, std::string::npos);
    if (at != std::string::npos) page.replace(at, part.size(), "…");
  }
  return page;
}

TEST(Rendering, HtmlSkeletonIsAsRecorded) {
  expect_golden("runs.html", skeleton(render_runs(two_runs(), Format::html, "Two runs.")));
}

TEST(Rendering, HtmlStandsAlone) {
  const std::string page = skeleton(render_runs(two_runs(), Format::html));
  for (const char* source : {"src=", "href=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(source)));
    EXPECT_THAT(std::string(html_style()), Not(HasSubstr(source)));
  }
  EXPECT_THAT(std::string(html_charts()), Not(HasSubstr("fetch(")));
  EXPECT_THAT(std::string(chart_js()), HasSubstr("Chart.js"));
}

TEST(Rendering, HtmlEscapesWhatRunsSay) {
  auto runs = two_runs();
  runs[1].name = "</script><b>";
  runs[1].record.warnings = {"<!-- <script> & \"\'"};
  const std::string page = skeleton(render_runs(runs, Format::html, "a <tag>"));
  EXPECT_THAT(page, HasSubstr("a &lt;tag&gt;"));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003cb>"));
  EXPECT_THAT(page, HasSubstr("&lt;!-- &lt;script&gt; &amp; &quot;&#39;"));
  EXPECT_THAT(page, Not(HasSubstr("</script><b>")));
  EXPECT_THAT(page, Not(HasSubstr("<!-- <")));
}

// A mark of the page inside a text is text: it draws no data into another place.
TEST(Rendering, HtmlMarksInTextsStayText) {
  const std::string page = skeleton(render_runs(two_runs(), Format::html, "@DATA@ @TABLE@ a@b.c"));
  EXPECT_THAT(page, HasSubstr("<p class=\"lead\">@DATA@ @TABLE@ a@b.c</p>"));
}

TEST(Rendering, EveryMarkOfThePageIsFilled) {
  const std::string page = skeleton(render_runs(two_runs(), Format::html));
  EXPECT_THAT(page, Not(HasSubstr("@")));
}

TEST(Rendering, EveryChartHasATable) {
  const std::string page(html_page());
  const std::string script(html_charts());
  for (const char* id : {"bytes-table", "accuracy-table", "trade-table", "slot-table"}) {
    EXPECT_THAT(page, HasSubstr("id=\"" + std::string(id) + "\""));
    EXPECT_THAT(script, HasSubstr("table(\"" + std::string(id) + "\""));
  }
}

}  // namespace
}  // namespace actscope::reports::test
