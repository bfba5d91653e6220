// SPDX-License-Identifier: Apache-2.0
#include "format/json_cursor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "actscope/base/error.hpp"

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

struct Document {
  explicit Document(const std::string& text) : json(parse_json(text, "f")), root(json, "f") {}
  Json json;
  JsonCursor root;
};

TEST(JsonCursor, NamesThePathOfWhatIsWrong) {
  const Document d(R"({"a": [{"b": 1}, {"b": "x"}]})");
  EXPECT_EQ(refusal([&] { return d.root.at("a").items()[1].at("b").integer(); }),
            R"(f is not valid at $.a[1].b [found "x", expected a whole number])");
  EXPECT_EQ(refusal([&] { return d.root.at("a").items()[0].at("c"); }),
            "f is not valid at $.a[0] [field c is missing]");
  EXPECT_THAT(refusal([&] { return d.root.at("a").at("b"); }), HasSubstr("found array"));
  EXPECT_THAT(refusal([&] { return d.root.items(); }), HasSubstr("found object"));
}

TEST(JsonCursor, EachReaderRefusesOtherTypes) {
  const Document d(R"({"n": null, "t": "x", "b": true, "i": 3, "f": 0.5, "m": -1, "l": []})");
  for (const char* field : {"n", "b", "i", "f", "l"}) {
    EXPECT_THAT(refusal([&] { return d.root.at(field).text(); }), HasSubstr("expected a text"));
  }
  for (const char* field : {"n", "t", "i", "f", "l"}) {
    EXPECT_THAT(refusal([&] { return d.root.at(field).boolean(); }), HasSubstr("true or false"));
  }
  for (const char* field : {"n", "t", "b", "f", "l"}) {
    EXPECT_THAT(refusal([&] { return d.root.at(field).integer(); }), HasSubstr("whole number"));
  }
  for (const char* field : {"n", "t", "b", "l"}) {
    EXPECT_THAT(refusal([&] { return d.root.at(field).number(); }), HasSubstr("a number"));
  }
  EXPECT_THAT(refusal([&] { return d.root.at("m").count(); }), HasSubstr("a number from 0"));
  EXPECT_THAT(refusal([&] { return d.root.at("m").amount(); }), HasSubstr("a number from 0"));
  EXPECT_THAT(refusal([&] { return d.root.at("i").share(); }), HasSubstr("from 0 to 1"));
  EXPECT_EQ(d.root.at("f").share(), 0.5);
}

TEST(JsonCursor, WholeNumbersOfEverySizeSurvive) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  for (const std::int64_t value :
       {std::int64_t{0}, exact, -exact, exact + 1, -exact - 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    const Json json = integer_json(value);
    EXPECT_EQ(json.is_string(), value > exact || value < -exact);
    EXPECT_EQ(JsonCursor(json, "f").integer(), value);
  }
}

TEST(JsonCursor, TextIsAWholeNumberOnlyWhereANumberWouldBeRounded) {
  for (const char* text : {"\"12\"", "\"\"", "\"9007199254740993x\"", "\"99999999999999999999\"",
                           "\"-\"", "9223372036854775808", "1e400", "1.0"}) {
    EXPECT_NE(refusal([&] { return JsonCursor(parse_json(text, "f"), "f").integer(); }), "accepted")
        << text;
  }
}

TEST(JsonCursor, LongFindingsAreCut) {
  const Json json(std::string(10000, 'x'));
  EXPECT_LT(refusal([&] { return JsonCursor(json, "f").integer(); }).size(), 200U);
  const std::string key(10000, 'k');
  const Json deep = {{key, {{"a", "x"}}}};
  const JsonCursor root(deep, "f");
  EXPECT_LT(refusal([&] { return root.at(key).at("a").integer(); }).size(), 300U);
  EXPECT_LT(refusal([&] {
              root.require_known_fields({"a"});
              return 0;
            }).size(),
            300U);
  EXPECT_LT(
      refusal([&] { return parse_json("{\"" + key + "\": 1, \"" + key + "\": 2}", "f"); }).size(),
      200U);
}

TEST(RequireSchema, RefusesOtherKindsAndVersions) {
  const auto of = [](const std::string& version, const std::string& more = {}) {
    const Document d(R"({"schema": {"name": "actscope.run", "version": ")" + version + "\"}" +
                     more + "}");
    return refusal([&] {
      require_schema(d.root, "actscope.run");
      return 0;
    });
  };
  EXPECT_EQ(of("1.0.0"), "accepted");
  EXPECT_EQ(of("1.99.3"), "accepted");
  for (const char* version : {"", "1", "1.0", "0.9.0", "1.0.0-x", "one", "-1.0.0", "1.0.0.0",
                              "99999999999999999999.0.0"}) {
    EXPECT_THAT(of(version), HasSubstr("a version as 1.0.0")) << version;
  }
  EXPECT_THAT(of("2.0.0"), HasSubstr("install a newer Actscope to read it"));
  EXPECT_THAT(of("2.0.0", R"(, "environment": {"program_version": "3.1.0"})"),
              HasSubstr("install Actscope >= 3.1.0 to read it"));
  EXPECT_THAT(of("2.0.0", R"(, "environment": {"program_version": "; rm"})"),
              HasSubstr("install a newer Actscope"));
  const Document other(R"({"schema": {"name": "actscope.gate", "version": "1.0.0"}})");
  EXPECT_THAT(refusal([&] {
                require_schema(other.root, "actscope.run");
                return 0;
              }),
              HasSubstr("a document of kind actscope.run"));
}

TEST(Measured, NullNeedsItsReason) {
  Json object = Json::object();
  set_number(object, "a", std::nan(""), "no light");
  set_number(object, "b", 2.5, "no light");
  set_measured(object, "c", Measured<double>::of(HUGE_VAL));
  const JsonCursor root(object, "f");
  EXPECT_TRUE(std::isnan(number_or_nan(root, "a")));
  EXPECT_EQ(measured_number(root, "a").reason, "no light");
  EXPECT_EQ(number_or_nan(root, "b"), 2.5);
  EXPECT_FALSE(object.contains("b_reason"));
  EXPECT_EQ(measured_number(root, "c").reason, "not finite");
  object.erase("a_reason");
  EXPECT_THAT(refusal([&] { return measured_number(root, "a").value; }),
              HasSubstr("field a_reason is missing"));
}

}  // namespace
}  // namespace actscope::reports::test
