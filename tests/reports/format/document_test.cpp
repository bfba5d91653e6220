// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/format/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

TEST(Identify, IsByTheSchemaAndNothingElse) {
  const DocumentSchema schema =
      identify(R"({"other": [1], "schema": {"name": "a.kind", "version": "2.3"}})", "a file");
  EXPECT_EQ(schema.name, "a.kind");
  EXPECT_EQ(schema.version, "2.3");
}

TEST(Identify, RefusesWhatIsNoDocumentAndNamesTheFile) {
  for (const char* text : {"", "{", "[]", "{}", R"({"schema": 1})", R"({"schema": {"name": "x"}})",
                           R"({"schema": {"name": 1, "version": "1.0"}})"}) {
    EXPECT_THAT([&] { identify(text, "a file"); },
                testing::ThrowsMessage<ReportFormatError>(testing::HasSubstr("a file")))
        << text;
  }
}

}  // namespace
}  // namespace actscope::reports
