// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "actscope/base/error.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_kernels/rendering.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(KernelsPage, HasAHeatMapOfEveryShape) {
  const std::string page = render_kernels(small_kernels(), Format::html, "A & B");
  EXPECT_THAT(page, HasSubstr("<h3>token-mix</h3>"));
  EXPECT_THAT(page,
              HasSubstr("title=\"10.0 ms against 20.0 ms of openblas, 0.250 to 0.750\">0.50</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"none\">to come</td>"));
  EXPECT_THAT(page, HasSubstr("A &amp; B"));
  EXPECT_THAT(page, HasSubstr("&lt;small&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("@TABLE@")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(KernelsPage, ChoosesAmongVariantsAndFigures) {
  const std::string page = render_kernels(small_kernels(), Format::html);
  EXPECT_THAT(page, HasSubstr("<option value=\"1\">cuda bf16</option>"));
  EXPECT_THAT(page, HasSubstr("<div class=\"maps\" data-variant=\"0\" data-figure=\"0\"><p"));
  EXPECT_THAT(page, HasSubstr("<div class=\"maps\" data-variant=\"1\" data-figure=\"2\" hidden>"));
  EXPECT_THAT(page, HasSubstr("title=\"no room\">-</td>"));
  EXPECT_THAT(page, HasSubstr("<b>400 GFLOP/s, 25 GB/s</b>"));
  KernelsBenchRecord one = small_kernels();
  one.results.resize(6);
  EXPECT_THAT(render_kernels(one, Format::html), Not(HasSubstr("id=\"variant\"")));
}

TEST(KernelsText, SaysWhichVariantARowIs) {
  KernelsBenchRecord record = small_kernels();
  const std::string both = render_kernels(record, Format::text);
  EXPECT_THAT(both, HasSubstr("cpu fp32, 2 threads\n\nshape      block"));
  EXPECT_THAT(both, HasSubstr("cuda bf16\n\nshape  block"));
  EXPECT_THAT(both, HasSubstr("Measured: cpu fp32, 2 threads; cuda bf16; blocks chosen by panel."));
  EXPECT_THAT(both, HasSubstr("Peak of cuda bf16, measured: 800000.0 GFLOP/s; bandwidth -."));
  EXPECT_THAT(both, HasSubstr("algorithm 3 of 8 tried"));
  record.results.resize(6);
  EXPECT_THAT(render_kernels(record, Format::text), StartsWith("shape      block"));
}

TEST(KernelsText, NamesWhoDidNotRun) {
  const std::string text = render_kernels(small_kernels(), Format::text);
  EXPECT_THAT(text, HasSubstr("missing: not built in"));
  EXPECT_THAT(text, HasSubstr("refused: square blocks only"));
  EXPECT_THAT(text, HasSubstr("Not all points were measured"));
}

TEST(KernelsText, AnEmptyRecordIsNoError) {
  KernelsBenchRecord record;
  EXPECT_NE(render_kernels(record, Format::text), "");
  EXPECT_NE(render_kernels(record, Format::html), "");
}

TEST(KernelsDocument, OneOfTheFirstVersionIsRead) {
  KernelsBenchRecord record = small_kernels();
  record.results.resize(3);
  nlohmann::json document = nlohmann::json::parse(write_kernels_document(record));
  document["schema"]["version"] = "1.0.0";
  document.erase("machines");
  for (const char* name : {"backends", "dtypes", "thread_counts", "select"}) {
    document["settings"].erase(name);
  }
  for (auto& row : document["results"]) {
    for (const char* name : {"select", "moved_bytes", "roofline_ratio"}) row.erase(name);
    for (auto& rival : row["rivals"]) {
      for (const char* name : {"algorithm", "gflop_per_s", "gflop_per_s_reason"}) rival.erase(name);
    }
  }
  const KernelsBenchRecord old = read_kernels_document(document.dump(), "k.json");
  EXPECT_EQ(old.settings.backends, std::vector<std::string>{"cpu"});
  EXPECT_EQ(old.settings.threads, std::vector<std::int64_t>{2});
  ASSERT_EQ(old.machines.size(), 1U);
  EXPECT_EQ(machine_of(old, old.results[0])->peak_flops.value, 4.0e11);
  EXPECT_EQ(old.results[0].moved_bytes, 25'000'000);
  EXPECT_FALSE(old.results[0].roofline_ratio.value);
  EXPECT_FALSE(old.results[0].rivals[0].gflop_per_s.value);
}

TEST(KernelsDocument, RefusesEmptyAxes) {
  for (const char* name : {"backends", "dtypes", "thread_counts"}) {
    nlohmann::json document = nlohmann::json::parse(write_kernels_document(small_kernels()));
    document["settings"][name] = nlohmann::json::array();
    EXPECT_THROW((void)read_kernels_document(document.dump(), "k.json"), ReportFormatError) << name;
  }
}

TEST(KernelsDocument, RefusesAnUnknownRivalStatus) {
  std::string text = write_kernels_document(small_kernels());
  const std::size_t at = text.find("\"missing\"");
  text.replace(at, 9, "\"hidden\"");
  try {
    (void)read_kernels_document(text, "k.json");
    FAIL();
  } catch (const ReportFormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr("ok, refused or missing"));
  }
}

}  // namespace
}  // namespace actscope::reports::test
