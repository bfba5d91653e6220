// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/gate_rows.hpp"
#include "models/overview.hpp"
#include "views/gate_view.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

using reports::GateResult;
using reports::GateRow;
using reports::GateVerdict;
using reports::MetricClass;

GateResult madeResult() {
  GateResult result;
  result.baseline_name = "main";
  result.candidate_name = "change";
  result.verdict = GateVerdict::regressed;
  result.notes = {"a waiver has expired"};
  result.rows = {{"heldout_accuracy_ratio", MetricClass::learning, GateVerdict::regressed,
                  "one_seed_beyond_margin", "31.5 points worse", "", 0.8, 0.5, 0.6, 0.5, 0.7},
                 {"saved_bytes", MetricClass::exact, GateVerdict::regressed, "more_bytes",
                  "more: 800 bytes", "agreed", 600, 800, 4.0 / 3, 4.0 / 3, 4.0 / 3},
                 {"train_loss",
                  MetricClass::learning,
                  GateVerdict::missing,
                  "missing",
                  "the candidate has none",
                  "",
                  1.5,
                  {},
                  {},
                  {},
                  {}},
                 {"step_time_s", MetricClass::timing, GateVerdict::improved, "faster", "faster", "",
                  0.2, 0.1, 0.5, 0.45, 0.55},
                 {"peak_bytes", MetricClass::exact, GateVerdict::same, "equal", "equal: 9 bytes",
                  "", 9, 9, 1, 1, 1}};
  return result;
}

TEST(GateRows, AreCountedAndReasoned) {
  const GateResult result = madeResult();
  EXPECT_EQ(gateHeadline(result),
            "Regressed: 2 worse, 1 better, 1 open, 1 the same (change against main).");
  const QStringList reasons = gateReasons(result, 1);
  ASSERT_EQ(reasons.size(), 3);
  EXPECT_EQ(reasons[0], "heldout_accuracy_ratio: 31.5 points worse");
  EXPECT_EQ(reasons[1], "and 1 more");  // the missing one; the other is waived
  EXPECT_EQ(reasons[2], "a waiver has expired");
}

TEST(GateRows, DotsHaveARatioAndASide) {
  const GateResult result = madeResult();
  const auto dots = gateDots(result, false, 10);
  ASSERT_EQ(dots.size(), 3U);
  EXPECT_EQ(dots[0].side, GateDot::Side::worse);
  EXPECT_TRUE(dots[1].isWaived);
  EXPECT_EQ(dots[2].side, GateDot::Side::better);
  EXPECT_EQ(gateDots(result, true, 10).size(), 4U);
  EXPECT_EQ(gateDots(result, true, 2).size(), 2U);
}

TEST(GateRows, TableKeepsQtsRules) {
  TableModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const GateResult result = madeResult();
  fillGateTable(model, &result, false);
  EXPECT_EQ(model.rowCount(), 4);
  EXPECT_EQ(model.index(0, 4).data().toString(), "0.600 (0.500 to 0.700)");
  EXPECT_EQ(model.index(2, 3).data().toString(), "–");
  fillGateTable(model, &result, true);
  EXPECT_EQ(model.rowCount(), 5);
  fillGateTable(model, nullptr, true);
  EXPECT_EQ(model.rowCount(), 0);
}

class GatePage : public testing::Test {
 protected:
  GatePage() {
    QDir(folder.path()).mkpath("change");
    QFile::copy(QString(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/gate.json",
                folder.filePath("change/gate.json"));
  }
  QTemporaryDir folder;
  RunStore store;
  Selection selection;
};

TEST_F(GatePage, ReadsWhatTheGateWrote) {
  QFile broken(folder.filePath("broken.json"));
  ASSERT_TRUE(broken.open(QIODevice::WriteOnly));
  broken.write(R"({"schema": {"name": "actscope.gate", "version": "1.0.0"}})");
  broken.close();
  store.openNow({folder.path(), broken.fileName()});
  ASSERT_EQ(store.documents().gates.size(), 2U);
  EXPECT_FALSE(store.documents().gates[0]->reason.isEmpty());
  EXPECT_EQ(store.documents().gates[1]->name, "change");
  EXPECT_TRUE(store.runs().empty());
  const Overview overview = overviewOf({}, 0, store.documents(), {});
  EXPECT_TRUE(overview.headline.startsWith("Regressed: ")) << overview.headline.toStdString();
  EXPECT_FALSE(overview.reasons.isEmpty());
}

TEST_F(GatePage, ShowsWhatIsNotTheSameAndTheRestIfAsked) {
  store.openNow({folder.path()});
  GateView view(store, selection);
  view.resize(1000, 560);
  view.show();
  QTest::qWait(20);
  const int rows = view.table().rowCount();
  EXPECT_TRUE(view.message().startsWith("Regressed"));
  view.findChild<QCheckBox*>()->setChecked(true);
  QTest::qWait(20);
  EXPECT_GT(view.table().rowCount(), rows);
}

TEST_F(GatePage, LooksAsBefore) {
  store.openNow({folder.path()});
  GateView view(store, selection);
  view.resize(1000, 560);
  view.show();
  QTest::qWait(50);
  test::expectPicture("gate-light", view.grab().toImage());
}

TEST_F(GatePage, OfMeasuredTimesSaysHowManyRoundsAndWhatIsPrimary) {
  ASSERT_TRUE(QFile::copy(QString(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/gate_measured.json",
                          folder.filePath("times.json")));
  store.openNow({folder.filePath("times.json")});
  GateView view(store, selection);
  view.resize(1000, 560);
  view.show();
  QTest::qWait(50);
  EXPECT_TRUE(view.message().contains("16 of at most 40 rounds")) << view.message().toStdString();
  const QAbstractItemModel& table = view.table();
  ASSERT_EQ(table.rowCount(), 2);
  EXPECT_EQ(table.index(0, 6).data().toString(), "timing, primary");
  EXPECT_EQ(table.index(0, 7).data().toString(), "16");
  EXPECT_EQ(table.index(0, 8).data().toString(), "0.00391");
  EXPECT_EQ(table.index(1, 0).data().toString(), "regressed, advisory");
  test::expectPicture("gate-times-light", view.grab().toImage());
}

TEST_F(GatePage, SaysHowToGetOne) {
  GateView view(store, selection);
  view.show();
  EXPECT_TRUE(view.message().contains("--output gate.json"));
}

}  // namespace
}  // namespace actscope::gui
