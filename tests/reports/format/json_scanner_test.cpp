// SPDX-License-Identifier: Apache-2.0
#include "format/json_scanner.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope::reports {
namespace {

using Token = JsonScanner::Token;

class JsonScannerTest : public testing::Test {
 protected:
  JsonScannerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "actscope-scan-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~JsonScannerTest() override { std::filesystem::remove_all(folder_); }

  // The tokens as one line: brackets, keys with a colon, texts in quotes, the rest as it stands.
  std::string tokens(const std::string& text) const {
    write_file_atomically(folder_ / "file", text);
    InflatedFile file(folder_ / "file");
    JsonScanner json(file, "file");
    std::string line;
    for (Token token = json.next(); token != Token::end; token = json.next()) {
      const std::string value(json.text());
      if (token == Token::begin_object) line += "{";
      if (token == Token::end_object) line += "}";
      if (token == Token::begin_array) line += "[";
      if (token == Token::end_array) line += "]";
      if (token == Token::key) line += value + ":";
      if (token == Token::text) line += "'" + value + "'";
      if (token == Token::number) line += "#" + value;
      if (token == Token::literal) line += value;
    }
    return line;
  }

  std::filesystem::path folder_;
};

TEST_F(JsonScannerTest, ReadsEveryKindOfValue) {
  EXPECT_EQ(tokens(R"( {"a" : [1, -2.5e3, "x", true, null, {}], "b":NaN, "c":-Infinity} )"),
            "{a:[#1#-2.5e3'x'truenull{}]b:NaNc:-Infinity}");
  EXPECT_EQ(tokens("[]"), "[]");
  EXPECT_EQ(tokens("7"), "#7");
}

TEST_F(JsonScannerTest, ReadsEscapes) {
  EXPECT_EQ(tokens(R"(["a\n\"\\\/", "\u00e9\u20ac", "\ud83d\ude00", "\ud83dx"])"),
            "['a\n\"\\/''é€''😀''\xEF\xBF\xBDx']");
}

TEST_F(JsonScannerTest, TokensMayLieAcrossPortions) {
  // A portion has 256 KiB: move a document over its border.
  const std::string document = R"({"key\u00e9": ["text", 123.5, true]})";
  for (std::size_t before = 262'144 - document.size(); before <= 262'144; ++before) {
    ASSERT_EQ(tokens(std::string(before, ' ') + document), "{keyé:['text'#123.5true]}") << before;
  }
}

TEST_F(JsonScannerTest, RefusesWhatIsNotJson) {
  for (const char* text :
       {"",     "{",     "[1,]",  "[1 2]", "{\"a\"}",   "{\"a\":}",    "{\"a\":1,}", "{1:2}",
        "[}",   "]",     "[] []", "[01]",  "[1.]",      "[.5]",        "[+1]",       "[--1]",
        "[1e]", "tru",   "nulll", "[\"a]", "[\"\\x\"]", "[\"\\u12\"]", "{,}",        "[,1]",
        "-",    "[-Inf]"}) {
    EXPECT_THROW(tokens(text), ReportFormatError) << text;
  }
  EXPECT_THROW(tokens(std::string(600, '[')), ReportFormatError);
  EXPECT_THROW(tokens(std::string(5000, '1')), ReportFormatError);
}

TEST_F(JsonScannerTest, SaysWhere) {
  try {
    tokens("[1, 2, x]");
    FAIL();
  } catch (const ReportFormatError& error) {
    EXPECT_NE(std::string(error.what()).find("at byte"), std::string::npos);
  }
}

}  // namespace
}  // namespace actscope::reports
