// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "actscope/base/error.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports::test {
namespace {

using testing::HasSubstr;

template <class Action>
std::string refusal(const Action& action) {
  try {
    (void)action();
  } catch (const ReportFormatError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ParseJson, ReadsWhatTheLibraryReads) {
  for (
      const char* text :
      {"null", "true", "-7", "18446744073709551615", "0.5", "\"t\\u00e9\"", "[]", "{}",
       R"([[1, [2, {"a": []}], 3], {"b": {"c": [null, {"d": 1e-3}], "e": "x"}, "f": {}}, [[]]])"}) {
    EXPECT_EQ(parse_json(text, "f"), Json::parse(text)) << text;
  }
  Json rows = Json::array();  // more than a list holds before it moves its items
  for (int i = 0; i < 1000; ++i) rows.push_back({{"i", i}, {"of", {i, i + 1}}});
  EXPECT_EQ(parse_json(rows.dump(), "f"), rows);
}

TEST(ParseJson, SaysWhereTextIsNoJson) {
  EXPECT_EQ(refusal([] { return parse_json("", "f"); }),
            "f is not a readable document [it is empty]");
  for (const char* text : {"{", "[1,", "{\"a\" 1}", "nul", "1 2", "\"\xff\"", "1e400", "\"a"}) {
    EXPECT_THAT(refusal([&] { return parse_json(text, "f"); }),
                HasSubstr("f is not a readable document ["))
        << text;
  }
}

TEST(ParseJson, GuardsAgainstDepth) {
  EXPECT_NO_THROW(parse_json(std::string(64, '[') + std::string(64, ']'), "f"));
  EXPECT_THAT(refusal([] { return parse_json(std::string(65, '[') + std::string(65, ']'), "f"); }),
              HasSubstr("deeper than 64"));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_THAT(refusal([&] { return parse_json(objects, "f"); }), HasSubstr("deeper than 64"));
}

TEST(ParseJson, RefusesKeysThatComeTwiceInOneObjectOnly) {
  EXPECT_NO_THROW(parse_json(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})", "f"));
  EXPECT_THAT(refusal([] { return parse_json(R"([{"a": 1, "b": 2, "a": 3}])", "f"); }),
              HasSubstr("key \"a\" comes twice"));
}

TEST(ParseJson, RefusesWhatIsTooLarge) {
  const std::string large((std::size_t{256} << 20) + 1, ' ');
  EXPECT_THAT(refusal([&] { return parse_json(large, "f"); }), HasSubstr("larger than 256 MiB"));
}

}  // namespace
}  // namespace actscope::reports::test
