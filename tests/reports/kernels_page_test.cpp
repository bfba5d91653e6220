// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"
#include "actscope/reports/kernels_document.hpp"
#include "record_support.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(KernelsPage, HasAHeatMapOfEveryShape) {
  const std::string page = render_kernels(small_kernels(), Format::html, "A & B");
  EXPECT_THAT(page, HasSubstr("<h3>token-mix</h3>"));
  EXPECT_THAT(page, HasSubstr("title=\"10.0 ms against openblas, 0.250 to 0.750\">0.50</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"none\">to come</td>"));
  EXPECT_THAT(page, HasSubstr("A &amp; B"));
  EXPECT_THAT(page, HasSubstr("&lt;small&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("@TABLE@")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(KernelsText, NamesWhoDidNotRun) {
  const std::string text = render_kernels(small_kernels(), Format::text);
  EXPECT_THAT(text, HasSubstr("missing: not built in"));
  EXPECT_THAT(text, HasSubstr("refused: square blocks only"));
  EXPECT_THAT(text, HasSubstr("Not all points were measured"));
}

TEST(KernelsText, AnEmptyRecordIsNoError) {
  KernelsRecord record;
  EXPECT_NE(render_kernels(record, Format::text), "");
  EXPECT_NE(render_kernels(record, Format::html), "");
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
