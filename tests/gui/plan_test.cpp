// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "actscope/reports/plan/document.hpp"
#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/overview.hpp"
#include "models/plan_sheet.hpp"
#include "views/plan_view.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

// As `actscope plan` measured it: --model resmlp --depth 6 --dim 64 --batch 64 --budget 48MiB.
const QString madePlan = QString(ACTSCOPE_TEST_SOURCE_DIR) + "/golden/gui/plan_measured.json";

PlanDocument readMade() {
  const std::string path = madePlan.toStdString();
  return readPlan(read_file(path), path);
}

TEST(PlanSheet, EachStepKeepsLessAndTheChosenOneIsThePlansOwn) {
  const PlanDocument plan = readMade();
  ASSERT_GT(plan.steps.size(), 4U);
  EXPECT_TRUE(plan.message.isEmpty()) << plan.message.toStdString();
  for (std::size_t i = 1; i < plan.steps.size(); ++i) {
    EXPECT_LT(plan.steps[i].record.estimate.peak_bytes,
              plan.steps[i - 1].record.estimate.peak_bytes);
    EXPECT_GE(slowdownOf(plan, plan.steps[i].record.estimate), 1);
  }
  EXPECT_LE(plan.steps[plan.chosen].record.budget_bytes, plan.plan.budget_bytes);
  EXPECT_EQ(plan.steps[plan.chosen].record.layers, plan.plan.layers);
}

TEST(PlanSheet, AGridHasEverySlotOfEveryLayerWithItsStore) {
  const PlanDocument plan = readMade();
  const PlanGrid grid = planGridOf(plan.steps.back());
  const auto depth = static_cast<qsizetype>(plan.plan.layers.size());
  EXPECT_GT(grid.layers.size(), depth);
  ASSERT_TRUE(grid.slots.contains("h"));
  double kept = 0;
  for (const PlanCell& cell : grid.cells) kept += cell.bytes;
  EXPECT_EQ(static_cast<std::int64_t>(kept), plan.steps.back().record.estimate.saved_bytes);
}

TEST(PlanSheet, ATableHasARowAStepAndWhatItCosts) {
  const PlanDocument plan = readMade();
  TableModel table;
  fillPlanTable(table, &plan);
  ASSERT_EQ(table.rowCount(), static_cast<int>(plan.steps.size()));
  EXPECT_EQ(table.index(0, 2).data().toString(), "–");
  const auto less = table.index(1, 2).data(plainRole).toLongLong();
  EXPECT_EQ(less,
            plan.steps[0].record.estimate.peak_bytes - plan.steps[1].record.estimate.peak_bytes);
  fillPlanTable(table, nullptr);
  EXPECT_EQ(table.rowCount(), 0);
}

TEST(PlanSheet, APlanOfAnotherVersionShowsItsOwnStepAndSaysWhy) {
  const std::string path = madePlan.toStdString();
  PlanRecord record = reports::read_plan_document(read_file(path), path);
  record.candidates.pop_back();
  const PlanDocument plan = readPlan(reports::write_plan_document(record), "p");
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_TRUE(plan.message.contains("make it anew")) << plan.message.toStdString();
  EXPECT_TRUE(planGridOf(plan.steps.front()).layers.isEmpty());
}

class PlanPage : public testing::Test {
 protected:
  PlanPage() {
    applyTheme(Theme::light);
    QDir(folder.path()).mkpath("small");
    QFile::copy(madePlan, folder.filePath("small/plan.json"));
    store.openNow({folder.path()});
    view.resize(1280, 680);
    view.show();
    QTest::qWait(20);
  }

  ~PlanPage() override { applyTheme(Theme::light); }

  QTemporaryDir folder;
  RunStore store;
  Selection selection;
  PlanView view{store, selection};
};

TEST_F(PlanPage, BeginsAtTheBudgetOfThePlan) {
  ASSERT_EQ(store.documents().plans.size(), 1U);
  EXPECT_EQ(store.documents().plans[0]->name, "small");
  EXPECT_TRUE(store.runs().empty());
  EXPECT_EQ(view.step(), static_cast<int>(store.documents().plans[0]->record->chosen));
  const Overview overview = overviewOf({}, 0, store.documents(), {});
  EXPECT_TRUE(overview.headline.startsWith("Budget ")) << overview.headline.toStdString();
}

TEST_F(PlanPage, KeysClicksAndTheTableChooseAStep) {
  const int first = view.step();
  QTest::keyClick(&view.plot(), Qt::Key_Left);
  EXPECT_EQ(view.step(), first + 1);
  QTest::keyClick(&view.plot(), Qt::Key_Right);
  EXPECT_EQ(view.step(), first);
  QTest::qWait(20);
  const QRect cost = view.plot().axisRect()->rect();
  QTest::mouseClick(&view.plot(), Qt::LeftButton, {}, {cost.left() + 4, cost.center().y()});
  EXPECT_EQ(view.step(), view.table().rowCount() - 1);
  QTest::qWait(20);
  const QModelIndex top = view.tableView().model()->index(0, 0);
  QTest::mouseClick(view.tableView().viewport(), Qt::LeftButton, {},
                    view.tableView().visualRect(top).center());
  EXPECT_EQ(view.step(), 0);
}

TEST_F(PlanPage, AReadingThatFindsNothingNewKeepsTheSlider) {
  view.setStep(2);
  store.openNow({folder.path()});
  QTest::qWait(20);
  EXPECT_EQ(view.step(), 2);
}

TEST_F(PlanPage, WritesWhatIsShownAsAPlanToRun) {
  view.setStep(view.table().rowCount() - 1);
  const QString file = folder.filePath("less.json");
  ASSERT_TRUE(view.savePlan(file));
  const std::string path = file.toStdString();
  const PlanRecord saved = reports::read_plan_document(read_file(path), path);
  EXPECT_EQ(saved.layers, store.documents().plans[0]->record->steps.back().record.layers);
  EXPECT_FALSE(saved.trial);
  EXPECT_FALSE(view.savePlan(folder.filePath("none/less.json")));
  EXPECT_FALSE(view.message().isEmpty());
}

TEST_F(PlanPage, AnotherKindOfDocumentOfThatNameSaysWhatItIs) {
  QDir(folder.path()).mkpath("python");
  QFile other(folder.filePath("python/plan.json"));
  ASSERT_TRUE(other.open(QIODevice::WriteOnly));
  other.write(R"({"schema": {"name": "actscope.module_plan", "version": "1.0.0"}})");
  other.close();
  store.openNow({folder.path()});
  ASSERT_EQ(store.documents().plans.size(), 2U);
  QTest::qWait(20);
  view.findChild<QComboBox*>()->setCurrentIndex(0);
  QTest::qWait(20);
  EXPECT_EQ(view.step(), -1);
  EXPECT_TRUE(view.message().contains("actscope.module_plan")) << view.message().toStdString();
}

TEST_F(PlanPage, LooksAsBefore) {
  test::expectPicture("plan-light", view.grab().toImage());
  applyTheme(Theme::dark);
  view.setStep(view.table().rowCount() - 1);
  QTest::qWait(50);
  test::expectPicture("plan-dark", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
