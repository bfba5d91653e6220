// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session.hpp"

#include <gtest/gtest.h>

#include <QApplication>
#include <QDockWidget>
#include <QSettings>
#include <QTest>
#include <memory>

#include "app/main_window.hpp"
#include "gui_support.hpp"
#include "views/chart_view.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

using test::MadeFolder;

class Sessions : public testing::Test {
 protected:
  Sessions() { QSettings().clear(); }
  ~Sessions() override { QSettings().clear(); }
};

TEST_F(Sessions, AreFoundByTheirPlaces) {
  EXPECT_FALSE(sessionOf({"runs"}));
  EXPECT_TRUE(lastPlaces().isEmpty());
  saveSession({{"runs"}, "a", "b", "c", "int4", {"a", "c"}, Side::difference, "pareto"});
  saveSession({{"others"}, "x", "y", "", "", {}, Side::a, "runs"});
  const Session found = sessionOf({"./runs"}).value();
  EXPECT_EQ(found.a, "a");
  EXPECT_EQ(found.b, "b");
  EXPECT_EQ(found.current, "c");
  EXPECT_EQ(found.filter, "int4");
  EXPECT_EQ(found.brushed, QSet<QString>({"a", "c"}));
  EXPECT_EQ(found.side, Side::difference);
  EXPECT_EQ(found.page, "pareto");
  EXPECT_TRUE(sessionOf({"others"}).value().brushed.isEmpty());
}

TEST_F(Sessions, TheOldestAreForgotten) {
  for (int i = 0; i < 25; ++i) saveSession({{QString("runs/%1").arg(i)}, "a"});
  EXPECT_FALSE(sessionOf({"runs/4"}));
  EXPECT_TRUE(sessionOf({"runs/5"}));
  EXPECT_TRUE(sessionOf({"runs/24"}));
}

TEST_F(Sessions, TheLastPlacesAreThoseThatAreStillThere) {
  const MadeFolder folder;
  saveSession({{folder.path(), "/no/such/folder"}, "a"});
  EXPECT_EQ(lastPlaces(), QStringList{folder.path()});
}

TEST_F(Sessions, TheWindowTakesUpWhatItLeft) {
  const MadeFolder folder;
  CommandLine line;
  line.places = {folder.path()};
  line.theme = Theme::light;
  const auto isRead = [](MainWindow& window) {
    return QTest::qWaitFor([&window] { return window.store().runs().size() == 18U; });
  };
  QString a, b;
  {
    MainWindow window(line);
    ASSERT_TRUE(isRead(window));
    a = window.store().runs()[3]->key;
    b = window.store().runs()[5]->key;
    window.selection().setA(a);
    window.selection().setB(b);
    window.selection().setSide(Side::difference);
    window.selection().setFilter("int4");
    window.pages().setCurrentWidget(window.view("pareto"));
    window.close();
  }
  MainWindow next(line);
  ASSERT_TRUE(isRead(next));
  QTest::qWait(20);
  EXPECT_EQ(next.selection().a(), a);
  EXPECT_EQ(next.selection().b(), b);
  EXPECT_EQ(next.selection().side(), Side::difference);
  EXPECT_EQ(next.selection().filter(), "int4");
  EXPECT_EQ(next.pages().currentWidget(), next.view("pareto"));
  EXPECT_FALSE(next.selection().canUndo());

  line.a = folder.path() + "/sweep/sweep.json#" + next.store().runs()[1]->key.section('#', 1);
  MainWindow asked(line);  // what the command line says goes before what was left
  ASSERT_TRUE(isRead(asked));
  QTest::qWait(20);
  EXPECT_NE(asked.selection().a(), a);
}

class Beside : public Sessions {
 protected:
  Beside() {
    CommandLine line;
    line.places = {folder.path()};
    line.theme = Theme::light;
    window = std::make_unique<MainWindow>(line);
    window->resize(1400, 800);
    window->show();
    window->activateWindow();
    EXPECT_TRUE(QTest::qWaitForWindowActive(window.get()));
    EXPECT_TRUE(QTest::qWaitFor([this] { return window->store().runs().size() == 18U; }));
    window->pages().setCurrentWidget(window->view("pareto"));
  }
  void type(Qt::Key key, Qt::KeyboardModifiers modifiers) {
    QTest::keyClick(QApplication::focusWidget(), key, modifiers);
    QTest::qWait(20);
  }
  View* beside(const QString& id) { return window->findChild<View*>("beside-" + id); }

  MadeFolder folder;
  std::unique_ptr<MainWindow> window;
};

TEST_F(Beside, APageStandsBesideAnotherAndFollowsTheSameSelection) {
  window->view("pareto")->setFocus();
  type(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
  View* page = beside("pareto");
  ASSERT_NE(page, nullptr);
  EXPECT_TRUE(page->isVisible());
  window->pages().setCurrentWidget(window->view("footprint"));
  QTest::qWait(20);
  EXPECT_TRUE(page->isVisible());
  EXPECT_TRUE(window->view("footprint")->isVisible());
  const QString key = window->store().runs()[2]->key;
  window->selection().setBrushed({key});
  QTest::qWait(20);
  EXPECT_EQ(page->table().rowCount(), 1);
}

TEST_F(Beside, KeysActOnThePageThatHasTheFocus) {
  window->view("pareto")->setFocus();
  type(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
  auto* page = qobject_cast<ChartView*>(beside("pareto"));
  ASSERT_NE(page, nullptr);
  page->plot().setFocus();
  EXPECT_TRUE(page->tableView().isVisible());
  type(Qt::Key_T, Qt::NoModifier);
  EXPECT_FALSE(page->tableView().isVisible());
  EXPECT_TRUE(qobject_cast<ChartView*>(window->view("pareto"))->tableView().isVisible());
}

TEST_F(Beside, TheFormStaysInTheWindow) {
  window->pages().setCurrentWidget(window->view("new-run"));
  window->view("new-run")->setFocus();
  type(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_EQ(beside("new-run"), nullptr);
}

TEST_F(Beside, ItIsThereAgainWithItsFolderUnlessItWasClosed) {
  window->view("pareto")->setFocus();
  type(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
  window->close();
  EXPECT_EQ(sessionOf({folder.path()}).value().beside, QStringList{"pareto"});
  CommandLine line;
  line.places = {folder.path()};
  line.theme = Theme::light;
  MainWindow next(line);
  ASSERT_TRUE(QTest::qWaitFor([&] { return next.findChild<View*>("beside-pareto") != nullptr; }));
  next.findChild<QDockWidget*>()->close();
  next.close();
  EXPECT_TRUE(sessionOf({folder.path()}).value().beside.isEmpty());
}

}  // namespace
}  // namespace actscope::gui
