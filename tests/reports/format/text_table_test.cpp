// SPDX-License-Identifier: Apache-2.0
#include "format/text_table.hpp"

#include <gtest/gtest.h>

namespace actscope::reports::test {
namespace {

TEST(TextTable, AHeaderAloneIsATable) {
  const TextTable table({"a", "bb"});
  EXPECT_EQ(table.text(), "a  bb\n-  --\n");
  EXPECT_EQ(table.csv(), "a,bb\n");
}

TEST(TextTable, AlignsNumbersToTheRightAndCountsCharacters) {
  TextTable table({"name", "n"});
  table.add({"é", "10"});
  table.add({"abc", "9"});
  EXPECT_EQ(table.text(),
            "name   n\n"
            "----  --\n"
            "é     10\n"
            "abc    9\n");
}

TEST(TextTable, LongFirstCellsKeepTheirEnd) {
  TextTable table({"name", "n"});
  table.add({"runs/éé/dense", "1"});
  table.add({"short", "2"});
  EXPECT_EQ(table.text(8),
            "name      n\n"
            "--------  -\n"
            "…é/dense  1\n"
            "short     2\n");
}

TEST(TextTable, FirstCellsGiveUpWhatALineHasTooMany) {
  TextTable table({"name", "n"});
  table.add({"runs/of/last/week/dense", "12345"});
  EXPECT_EQ(table.text(20, 22),
            "name                 n\n"
            "---------------  -----\n"
            "…ast/week/dense  12345\n");
  EXPECT_EQ(table.text(20, 5), table.text(12));  // and no more than that
  EXPECT_EQ(table.text(20, 100), table.text(20));
}

TEST(TextTable, QuotesCsvWhereNeeded) {
  TextTable table({"a", "b"});
  table.add({"x,y", "say \"hi\""});
  table.add({"line\nbreak", "plain"});
  EXPECT_EQ(table.csv(), "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"line\nbreak\",plain\n");
}

TEST(TextTable, EscapesInMarkdownAndHtml) {
  TextTable table({"a"});
  table.add({"x|<y>"});
  EXPECT_EQ(table.markdown(), "| a |\n| --- |\n| x\\|<y> |\n");
  EXPECT_EQ(table.html(),
            "<table>\n<thead>\n<tr><th>a</th></tr>\n</thead>\n<tbody>\n"
            "<tr><td>x|&lt;y&gt;</td></tr>\n</tbody>\n</table>\n");
}

TEST(TextTable, WhatATerminalWouldObeyIsShown) {
  TextTable table({"a", "b"});
  table.add({"\x1b[31m", "line\nbreak"});
  EXPECT_EQ(table.text(),
            "a           b\n"
            "----------  ----------\n"
            "\\u001b[31m  line break\n");
  EXPECT_EQ(table.markdown(), "| a | b |\n| --- | ---: |\n| \\u001b[31m | line break |\n");
  EXPECT_EQ(table.csv(), "a,b\n\\u001b[31m,\"line\nbreak\"\n");
  EXPECT_EQ(wrapped("\x1b[31m red", 80), "\\u001b[31m red");
}

TEST(EscapedHtml, CoversAttributes) {
  EXPECT_EQ(escaped_html(R"(<a href="x" id='y'>&)"),
            "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;");
}

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("", 5), "");
  EXPECT_EQ(wrapped("one two three", 7, "  "), "one two\n  three");
  EXPECT_EQ(wrapped("ä ö ü", 3), "ä ö\nü");
  EXPECT_EQ(wrapped("unbreakable word", 4), "unbreakable\nword");
}

}  // namespace
}  // namespace actscope::reports::test
