// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QTest>

#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/parallel.hpp"
#include "views/parallel_view.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

class ParallelPage : public test::MadeRuns {
 protected:
  ~ParallelPage() override { applyTheme(Theme::light); }
  int axisOf(const QString& field) const {
    const Parallel parallel = parallelOf(store.runs());
    for (std::size_t i = 0; i < parallel.axes.size(); ++i) {
      if (parallel.axes[i].field == field) return static_cast<int>(i);
    }
    return -1;
  }
};

TEST_F(ParallelPage, HasAnAxisForWhatDiffersAndALineForWhatWasMeasured) {
  const Parallel parallel = parallelOf(store.runs());
  QStringList fields;
  for (const ParallelAxis& axis : parallel.axes) fields << axis.field;
  EXPECT_EQ(fields,
            (QStringList{"scheme", "block", "sparsity_ratio", "seed", "saved_bytes", "peak_bytes",
                         "step_time_s", "train_loss", "heldout_accuracy_ratio"}));
  EXPECT_EQ(parallel.axes[0].names, (QStringList{"dense", "exact", "int4", "int4-bsr"}));
  EXPECT_EQ(parallel.axes[1].names, (QStringList{"8x8", "16x16", "32x32"}));
  EXPECT_EQ(parallel.axes[4].high, "18.0 MiB");
  EXPECT_EQ(parallel.lines.size(), 13U);  // without failed, pending and unreadable ones
  for (const ParallelLine& line : parallel.lines) {
    ASSERT_EQ(line.at.size(), parallel.axes.size());
    for (const auto& at : line.at) EXPECT_TRUE(!at || (*at >= 0 && *at <= 1));
    if (line.key == key("dense-0")) {
      EXPECT_EQ(line.at[0], 0.0);
      EXPECT_FALSE(line.at[1]);  // it has no blocks
      EXPECT_EQ(line.at[4], 1.0);
    }
  }
}

TEST_F(ParallelPage, SaysWhyThereIsNothing) {
  EXPECT_EQ(parallelOf({}).message, "No run has been measured yet.");
  EXPECT_TRUE(parallelOf({run("dense-0")}).message.startsWith("One run"));
  EXPECT_TRUE(parallelOf({run("dense-0"), run("dense-0")}).message.contains("differ in nothing"));
}

TEST_F(ParallelPage, RangesOfSeveralAxesHaveToBeCrossed) {
  const Parallel parallel = parallelOf(store.runs());
  const int saved = axisOf("saved_bytes"), seed = axisOf("seed");
  EXPECT_TRUE(keysWithin(parallel, {}).isEmpty());
  EXPECT_EQ(keysWithin(parallel, {{saved, {0.9, 1}}}),
            (QSet<QString>{key("dense-0"), key("dense-1")}));
  EXPECT_EQ(keysWithin(parallel, {{saved, {0.9, 1}}, {seed, {0, 0.5}}}),
            QSet<QString>{key("dense-0")});
  EXPECT_TRUE(keysWithin(parallel, {{saved, {0.7, 0.8}}}).isEmpty());
}

TEST_F(ParallelPage, TableKeepsQtsRules) {
  TableModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const Parallel parallel = parallelOf(store.runs());
  fillParallelTable(model, parallel, selection);
  EXPECT_EQ(model.rowCount(), 13);
  EXPECT_EQ(model.columnCount(), 10);
  selection.setBrushed({key("dense-0")});
  fillParallelTable(model, parallel, selection);
  EXPECT_EQ(model.rowCount(), 1);
}

TEST_F(ParallelPage, ADragAlongAnAxisBrushesAndAClickLetsGo) {
  ParallelView view(store, selection);
  view.resize(1100, 560);
  view.show();
  QTest::qWait(50);
  view.refreshNow();
  const int saved = axisOf("saved_bytes");
  QTest::mousePress(&view.plot(), Qt::LeftButton, {}, view.pixelOf(saved, 1.05));
  QTest::mouseRelease(&view.plot(), Qt::LeftButton, {}, view.pixelOf(saved, 0.9));
  EXPECT_EQ(selection.brushed(), (QSet<QString>{key("dense-0"), key("dense-1")}));
  QTest::mouseClick(&view.plot(), Qt::LeftButton, {}, view.pixelOf(saved, 0.5));
  EXPECT_TRUE(selection.brushed().isEmpty());
}

TEST_F(ParallelPage, KeysNarrowAnAxisAndUndoTakesItBack) {
  ParallelView view(store, selection);
  view.resize(1100, 560);
  view.show();
  QTest::qWait(50);
  view.refreshNow();
  for (int i = 0; i < axisOf("saved_bytes"); ++i) QTest::keyClick(&view.plot(), Qt::Key_Right);
  QTest::keyClick(&view.plot(), Qt::Key_Down);
  EXPECT_EQ(selection.brushed().size(), 11);  // without the two dense ones
  selection.undo();
  EXPECT_TRUE(selection.brushed().isEmpty());
  QTest::keyClick(&view.plot(), Qt::Key_Up);
  EXPECT_FALSE(selection.brushed().isEmpty());
  QTest::keyClick(&view.plot(), Qt::Key_Backspace);
  EXPECT_TRUE(selection.brushed().isEmpty());
}

TEST_F(ParallelPage, LooksAsBefore) {
  selection.setA(key("dense-0"));
  selection.setB(key("int4-0"));
  applyTheme(Theme::light);
  ParallelView view(store, selection);
  view.resize(1100, 560);
  view.show();
  QTest::qWait(50);
  view.refreshNow();
  test::expectPicture("parallel-light", view.grab().toImage());
  selection.setBrushed({key("p8a1"), key("p16b0"), key("dense-0")});
  applyTheme(Theme::dark);
  QTest::qWait(50);
  view.refreshNow();
  test::expectPicture("parallel-brushed-dark", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
