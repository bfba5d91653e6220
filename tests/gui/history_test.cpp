// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QTest>

#include "actscope/reports/run/document.hpp"
#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/history_lines.hpp"
#include "views/history_view.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

using test::madeRun;

constexpr int nights = 40, slowFrom = 25, failed = 12;

// A run a night: from the 26th on its steps take 6 % longer; one failed.
RunRecord runOfNight(int night) {
  RunRecord run = madeRun("int4", 16, 0.8);
  // Noise of half a percent that is the same every time.
  const double noise = 0.005 * std::sin(12.9898 * night + 4.1);
  run.summary.step_time_s =
      Measured<double>::of(0.1 * (1 + noise) * (night >= slowFrom ? 1.06 : 1));
  run.environment.started_at = QString("2026-%1-%2T03:00:00Z")
                                   .arg(3 + night / 28, 2, 10, QChar('0'))
                                   .arg(1 + night % 28, 2, 10, QChar('0'))
                                   .toStdString();
  run.environment.git_revision = QString("%1").arg(0xabc0000 + night, 7, 16).toStdString();
  if (night == failed) {
    run.status = RunStatus::failed;
    run.status_reason = "out of memory";
  }
  return run;
}

class HistoryPage : public testing::Test {
 protected:
  HistoryPage() {
    applyTheme(Theme::light);
    for (int night = 0; night < nights; ++night) {
      const QString where = folder.filePath(QString("%1").arg(night, 3, 10, QChar('0')));
      QDir().mkpath(where);
      QFile file(where + "/report.json");
      EXPECT_TRUE(file.open(QIODevice::WriteOnly));
      file.write(QByteArray::fromStdString(reports::write_run_document(runOfNight(night))));
    }
    store.openNow({folder.path()});
    view.resize(1000, 560);
    view.show();
    EXPECT_TRUE(QTest::qWaitFor([this] { return !view.line().keys.isEmpty(); }));
    QTest::qWait(20);
  }

  ~HistoryPage() override { applyTheme(Theme::light); }

  QTemporaryDir folder;
  RunStore store;
  Selection selection;
  HistoryView view{store, selection};
};

TEST_F(HistoryPage, ShowsTheMetricThatHasAStepFirst) {
  EXPECT_TRUE(view.message().startsWith("step_time 1.0")) << view.message().toStdString();
  ASSERT_EQ(view.line().steps.size(), 1U);
  EXPECT_EQ(view.line().steps[0].at, slowFrom);
  EXPECT_EQ(view.line().steps[0].effect, reports::Effect::worse);
  EXPECT_FALSE(view.line().values[failed]);
  EXPECT_TRUE(view.line().gaps[failed].contains("out of memory"));
}

TEST_F(HistoryPage, ItsTableLeadsToTheRunThatAStepBeginsWith) {
  const QAbstractItemModel& table = view.table();
  int steps = 0;
  for (int row = 0; row < table.rowCount(); ++row) {
    const QModelIndex verdict = table.index(row, 1);
    if (verdict.data().toString() != "worse") continue;
    ++steps;
    EXPECT_EQ(verdict.data(keyRole).toString(), view.line().keys[slowFrom]);
  }
  EXPECT_GE(steps, 1);
  TableModel model;
  const QAbstractItemModelTester tester(&model);
  const reports::History history = historyOf(store.runs());
  fillHistoryTable(model, history, historyGroups(history).front());
  EXPECT_EQ(model.rowCount(), table.rowCount());
}

TEST_F(HistoryPage, AClickOnAPointMakesItsRunCurrent) {
  QTest::mouseClick(&view.plot(), Qt::LeftButton, {}, view.pixelOf(7));
  EXPECT_EQ(selection.current(), view.line().keys[7]);
}

TEST_F(HistoryPage, AMetricWithoutAStepSaysSo) {
  auto* metric = view.findChildren<QComboBox*>().front();
  for (QComboBox* choice : view.findChildren<QComboBox*>()) {
    if (choice->findText("saved_bytes") >= 0) metric = choice;
  }
  metric->setCurrentText("saved_bytes");
  QTest::qWait(20);
  EXPECT_EQ(view.message(), "saved_bytes: no step");
}

TEST_F(HistoryPage, SeedsAndSweepsHaveNoHistory) {
  const test::MadeFolder sweep;
  store.openNow({sweep.path()});
  ASSERT_TRUE(QTest::qWaitFor([this] { return view.message().startsWith("No configuration"); }));
  EXPECT_EQ(view.table().rowCount(), 0);
}

TEST_F(HistoryPage, LooksAsBefore) {
  test::expectPicture("history-light", view.grab().toImage());
  applyTheme(Theme::dark);
  QTest::qWait(50);
  test::expectPicture("history-dark", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
