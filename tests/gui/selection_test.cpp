// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/selection.hpp"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <cmath>

#include "gui_support.hpp"
#include "models/row_filter.hpp"
#include "models/run_filter.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {
namespace {

TEST(SelectionHistory, UndoesAndRedoesEveryChange) {
  Selection selection;
  EXPECT_FALSE(selection.canUndo());
  selection.setA("one");
  selection.setB("two");
  selection.swap();
  selection.setSide(Side::difference);
  selection.setBrushed({"one"});
  EXPECT_EQ(selection.a(), "two");
  for (int i = 0; i < 2; ++i) selection.undo();
  EXPECT_EQ(selection.side(), Side::b);
  EXPECT_TRUE(selection.brushed().isEmpty());
  selection.undo();
  EXPECT_EQ(selection.a(), "one");
  for (int i = 0; i < 3; ++i) selection.redo();
  EXPECT_EQ(selection.brushed(), QSet<QString>{"one"});
  EXPECT_FALSE(selection.canRedo());
  selection.undo();
  selection.setA("three");
  EXPECT_FALSE(selection.canRedo());
  selection.redo();  // nothing
  EXPECT_EQ(selection.a(), "three");
}

TEST(SelectionHistory, TakesWalkingAndTypingAsOneStep) {
  Selection selection;
  for (const char* key : {"a", "b", "c"}) selection.setCurrent(key);
  for (const char* text : {"s", "sp", "spa"}) selection.setFilter(text);
  selection.undo();
  EXPECT_EQ(selection.filter(), "");
  EXPECT_EQ(selection.current(), "c");
  selection.undo();
  EXPECT_EQ(selection.current(), "");
  EXPECT_FALSE(selection.canUndo());
}

TEST(SelectionHistory, BeginsWhereItIsTold) {
  Selection selection;
  selection.setA("picked");
  selection.beginHere();
  selection.undo();
  EXPECT_EQ(selection.a(), "picked");
}

TEST(SelectionHistory, TellsOfWhatChangedAlone) {
  Selection selection;
  const QSignalSpy spy(&selection, &Selection::changed);
  selection.setA("one");
  selection.setA("one");
  selection.swap();
  selection.swap();
  selection.showAll();
  selection.undo();
  EXPECT_EQ(spy.count(), 4);
}

class Filtering : public testing::Test {
 protected:
  Filtering() {
    const auto row = [](const QString& run, const QString& block, double saved, double accuracy) {
      return TableRow{{Cell::of(run), Cell::of(block), Cell{"shown", saved, {}},
                       std::isnan(accuracy) ? Cell::none() : Cell{"shown", accuracy, {}}},
                      run};
    };
    table.setTable(
        {{"run", "Run", false},
         {"block", "Block"},
         {"saved_bytes", "Saved"},
         {"heldout_accuracy_ratio", "Held-out"}},
        {row("bsr 16x16 80 %", "16x16", 10 << 20, 0.8),
         row("bsr 8x32 50 %", "8x32", 30 << 20, 0.85), row("dense", "–", 100 << 20, NAN)});
  }
  std::string shown(const QString& text) const {
    const RowFilter filter(text);
    std::string rows;
    for (int row = 0; row < table.rowCount(); ++row) {
      if (filter.accepts(table, row)) rows += std::to_string(row);
    }
    return rows;
  }
  TableModel table;
};

TEST_F(Filtering, EveryWordHasToStandSomewhere) {
  EXPECT_EQ(shown(""), "012");
  EXPECT_EQ(shown("bsr 80"), "0");
  EXPECT_EQ(shown("80 BSR"), "0");
  EXPECT_EQ(shown("\"bsr 8x\""), "1");
  EXPECT_EQ(shown("nowhere"), "");
}

TEST_F(Filtering, ColumnsAreComparedWithUnits) {
  EXPECT_EQ(shown("saved<20MiB"), "0");
  EXPECT_EQ(shown("saved_bytes>=30MiB"), "12");
  EXPECT_EQ(shown("accuracy>80%"), "1");
  EXPECT_EQ(shown("held-out>=80%"), "01");
  EXPECT_EQ(shown("accuracy>=0.8 saved<20mib"), "0");
  EXPECT_EQ(shown("accuracy!=85%"), "02");
}

TEST_F(Filtering, BothSidesOfABlockHaveToHold) {
  EXPECT_EQ(shown("block<=16"), "0");
  EXPECT_EQ(shown("block>=8"), "01");
  EXPECT_EQ(shown("block:8x"), "1");
  EXPECT_EQ(shown("block=16"), "0");
  EXPECT_EQ(shown("run=dense"), "2");
}

TEST_F(Filtering, WhatNamesNoColumnIsAWord) {
  EXPECT_EQ(shown("nothing>3"), "");
  EXPECT_EQ(shown("saved<many"), "");
  EXPECT_EQ(shown("\""), "012");
}

TEST(RowFilter, ReadsNumbersWithUnits) {
  EXPECT_EQ(numberWithUnit("20MiB"), 20 << 20);
  EXPECT_EQ(numberWithUnit("1.5 kB"), 1500);
  EXPECT_DOUBLE_EQ(numberWithUnit("30ms"), 0.03);
  EXPECT_EQ(numberWithUnit("-3"), -3);
  EXPECT_EQ(numberWithUnit("1e3"), 1000);
  EXPECT_EQ(numberWithUnit("4x"), 4);
  EXPECT_TRUE(std::isnan(numberWithUnit("4 parsec")));
  EXPECT_TRUE(std::isnan(numberWithUnit("")));
}

TEST_F(Filtering, TheTypedFilterNarrowsWhatEveryViewShows) {
  test::MadeFolder folder;
  RunStore store;
  Selection selection;
  const RunFilter filter(store, selection);
  store.setInterval(0);
  selection.setFilter("scheme:int4-bsr block<=16 saved<20MiB");
  store.openNow({folder.path()});
  int shown = 0;
  for (const RunPointer& run : store.runs()) {
    if (!selection.isInFront(run->key)) continue;
    ++shown;
    EXPECT_EQ(run->config.scheme, "int4-bsr");
    EXPECT_LE(run->config.block_rows, 16);
  }
  EXPECT_GT(shown, 2);
  selection.showAll();
  EXPECT_FALSE(selection.isNarrowed());
  EXPECT_TRUE(selection.isInFront("any"));
}

}  // namespace
}  // namespace actscope::gui
