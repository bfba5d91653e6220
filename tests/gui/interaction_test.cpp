// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QDropEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QTest>
#include <QUrl>

#include "app/main_window.hpp"
#include "app/view_set.hpp"
#include "gui_support.hpp"
#include "views/accuracy_view.hpp"
#include "views/footprint_view.hpp"
#include "views/heat_map_view.hpp"
#include "views/kernels_view.hpp"
#include "views/pareto_view.hpp"
#include "views/picture.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/runs_view.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

using test::MadeFolder;

CommandLine lineOf(const QStringList& places) {
  CommandLine line;
  line.places = places;
  line.theme = Theme::light;
  return line;
}

// The whole window over the made runs, driven by keys and the mouse as a person would.
class Window : public testing::Test {
 protected:
  Window() : window(lineOf({folder.path()})) {
    window.resize(1180, 720);
    window.show();
    window.activateWindow();
    EXPECT_TRUE(QTest::qWaitForWindowActive(&window));
    EXPECT_TRUE(QTest::qWaitFor([this] { return window.store().runs().size() == 18U; }));
    settle();
  }
  ~Window() override { QSettings().clear(); }

  static void settle() { QTest::qWait(20); }
  Selection& selection() { return window.selection(); }
  QString key(const std::string& id) const {
    return folder.path() + "/sweep/sweep.json#" + QString::fromStdString(id);
  }
  void type(Qt::Key which, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWidget* focused = QApplication::focusWidget();
    QTest::keyClick(focused != nullptr ? focused : &window, which, modifiers);
    settle();
  }
  void typePageKey(int number) {
    const auto key = static_cast<Qt::Key>(Qt::Key_0 + (number + 1) % 10);
    type(key, number < 10 ? Qt::KeyboardModifiers(Qt::ControlModifier)
                          : Qt::ControlModifier | Qt::ShiftModifier);
  }
  template <typename V>
  V& page(const QString& id) {
    window.pages().setCurrentIndex(static_cast<int>(viewIds().indexOf(id)));
    settle();
    return *qobject_cast<V*>(window.view(id));
  }
  static void clickRow(TableView& table, int row, int column = 1,
                       Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    const QPoint at = table.visualRect(table.sorted().index(row, column)).center();
    QTest::mouseClick(table.viewport(), Qt::LeftButton, modifiers, at);
    settle();
  }
  static void clickHeader(TableView& table, int column) {
    QHeaderView* header = table.horizontalHeader();
    const QPoint at(header->sectionViewportPosition(column) + 8, header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, Qt::NoModifier, at);
    settle();
  }
  static QString cell(TableView& table, int row, int column) {
    return table.sorted().index(row, column).data().toString();
  }

  MadeFolder folder;
  MainWindow window;
};

TEST_F(Window, OpensWithDenseAndTheLeastKeptPicked) {
  EXPECT_EQ(selection().a(), key("dense-0"));
  EXPECT_EQ(selection().b(), key("int4-0"));
}

TEST_F(Window, EveryPageHasAKey) {
  for (int number = 0; number < viewIds().size(); ++number) {
    typePageKey(number);
    EXPECT_EQ(window.pages().currentIndex(), number);
  }
}

TEST_F(Window, KeysChooseSideAndSwap) {
  page<RunsView>("runs").tableView().setFocus();
  type(Qt::Key_1, Qt::AltModifier);
  EXPECT_EQ(selection().side(), Side::a);
  type(Qt::Key_3, Qt::AltModifier);
  EXPECT_EQ(selection().side(), Side::difference);
  const QString a = selection().a();
  type(Qt::Key_X);
  EXPECT_EQ(selection().b(), a);
}

TEST_F(Window, TheQuestionMarkShowsTheKeys) {
  page<RunsView>("runs").tableView().setFocus();
  QTest::keyClicks(QApplication::focusWidget(), "?");
  auto* sheet = window.findChild<QWidget*>("shortcuts");
  ASSERT_NE(sheet, nullptr);
  EXPECT_TRUE(sheet->isVisible());
  QTest::keyClick(sheet, Qt::Key_Escape);
  EXPECT_TRUE(
      QTest::qWaitFor([this] { return window.findChild<QWidget*>("shortcuts") == nullptr; }));
}

TEST_F(Window, ARowThatIsClickedIsCurrentAndPickedByKeys) {
  TableView& table = page<RunsView>("runs").tableView();
  clickRow(table, 3);
  EXPECT_EQ(selection().current(), key("p8b0"));
  type(Qt::Key_A);
  EXPECT_EQ(selection().a(), key("p8b0"));
  type(Qt::Key_Down);
  type(Qt::Key_Down);
  type(Qt::Key_B);
  EXPECT_EQ(selection().b(), key("p16b0"));
  EXPECT_EQ(cell(table, 5, RunTableModel::pick), "B");
}

TEST_F(Window, AClickOnAHeaderSortsByNumbers) {
  TableView& table = page<RunsView>("runs").tableView();
  clickHeader(table, RunTableModel::saved);
  double before = -1;
  for (int row = 0; row < table.sorted().rowCount(); ++row) {
    const QVariant value = table.sorted().index(row, RunTableModel::saved).data(sortRole);
    if (!value.isValid()) continue;
    EXPECT_GE(value.toDouble(), before);
    before = value.toDouble();
  }
  // What is not measured comes last in either order.
  EXPECT_EQ(cell(table, 17, RunTableModel::saved), "");
  clickHeader(table, RunTableModel::saved);
  EXPECT_EQ(cell(table, 0, RunTableModel::saved), "18.0 MiB");
}

TEST_F(Window, TypingFilters) {
  auto& runs = page<RunsView>("runs");
  type(Qt::Key_F, Qt::ControlModifier);
  ASSERT_TRUE(runs.filter().hasFocus());
  QTest::keyClicks(&runs.filter(), "failed");
  settle();
  EXPECT_EQ(runs.tableView().sorted().rowCount(), 2);
  type(Qt::Key_Return);
  EXPECT_TRUE(runs.tableView().hasFocus());
  EXPECT_TRUE(selection().isNarrowed());  // every view follows
  runs.filter().clear();
  settle();
  EXPECT_EQ(runs.tableView().sorted().rowCount(), 18);
}

TEST_F(Window, UndoAndRedoGoThroughWhatWasPicked) {
  TableView& table = page<RunsView>("runs").tableView();
  const QString a = selection().a();
  type(Qt::Key_Z, Qt::ControlModifier);  // what the window picked by itself stays
  EXPECT_EQ(selection().a(), a);
  clickRow(table, 6);
  type(Qt::Key_A);
  EXPECT_NE(selection().a(), a);
  type(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(selection().a(), a);
  type(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_NE(selection().a(), a);
}

TEST_F(Window, ThePaletteFindsPagesCommandsAndRuns) {
  type(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
  auto* palette = window.findChild<QDialog*>("palette");
  ASSERT_NE(palette, nullptr);
  auto* words = palette->findChild<QLineEdit*>();
  QTest::keyClicks(words, "pareto");
  QTest::keyClick(words, Qt::Key_Return);
  EXPECT_EQ(window.pages().currentIndex(), viewIds().indexOf("pareto"));
  window.activateWindow();
  window.setFocus();
  settle();
  type(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
  palette = window.findChild<QDialog*>("palette");
  ASSERT_NE(palette, nullptr);
  words = palette->findChild<QLineEdit*>();
  QTest::keyClicks(words, "A is exact");
  QTest::keyClick(words, Qt::Key_Return);
  EXPECT_EQ(selection().a(), folder.path() + "/alone/exact/report.json");
}

TEST_F(Window, PagesStandInGroupsAndTheirNamesAreClicked) {
  EXPECT_EQ(window.pages().groups(), (QStringList{"Decide", "Memory", "Time", "Do"}));
  QListWidget& names = window.pages().names();
  for (int row = 0; row < names.count(); ++row) {
    if (names.item(row)->text().trimmed() != "Ledger") continue;
    QTest::mouseClick(names.viewport(), Qt::LeftButton, Qt::NoModifier,
                      names.visualItemRect(names.item(row)).center());
  }
  EXPECT_EQ(window.pages().currentIndex(), viewIds().indexOf("ledger"));
}

TEST_F(Window, SelectedRowsAreBrushedAndCopied) {
  TableView& table = page<RunsView>("runs").tableView();
  clickRow(table, 0);
  clickRow(table, 2, 1, Qt::ShiftModifier);
  type(Qt::Key_C, Qt::ControlModifier);
  EXPECT_EQ(QApplication::clipboard()->text().count('\n'), 4);
  type(Qt::Key_S);
  EXPECT_EQ(selection().brushed().size(), 3);
  EXPECT_EQ(table.sorted().rowCount(), 3);
  type(Qt::Key_Escape);
  EXPECT_EQ(table.sorted().rowCount(), 18);
}

TEST_F(Window, ARowChangesWhileItsSweepRuns) {
  TableView& table = page<RunsView>("runs").tableView();
  clickRow(table, 7);
  EXPECT_EQ(cell(table, 7, RunTableModel::status), "pending");
  folder.sweep().points[7].status = PointStatus::running;
  folder.writeSweep();
  EXPECT_TRUE(QTest::qWaitFor([&] { return cell(table, 7, RunTableModel::status) == "running"; }));
  // The place in the table holds.
  EXPECT_EQ(table.currentIndex().row(), 7);
}

TEST_F(Window, AHeatMapCellSelectsItsRunEverywhere) {
  auto& heat = page<HeatMapView>("heatmap");
  QTest::mouseClick(&heat.plot(), Qt::LeftButton, Qt::NoModifier, heat.pixelOf(2, 0));
  settle();
  EXPECT_EQ(selection().current(), key("p32a0"));
  TableView& table = page<RunsView>("runs").tableView();
  EXPECT_EQ(table.currentKey(), key("p32a0"));
}

TEST_F(Window, ArrowsMoveInTheHeatMap) {
  auto& heat = page<HeatMapView>("heatmap");
  heat.plot().setFocus();
  type(Qt::Key_Right);
  EXPECT_EQ(selection().current(), key("p8a0"));
  type(Qt::Key_Right);
  EXPECT_EQ(selection().current(), key("p8b0"));
  type(Qt::Key_B);
  EXPECT_EQ(selection().b(), key("p8b0"));
  type(Qt::Key_Up);
  EXPECT_EQ(selection().current(), key("p16b0"));
}

TEST_F(Window, TheHeatMapFollowsARunOfAnotherSchemeAndForgetsItsMark) {
  RunRecord other = test::madeRun("linear-bsr", 8, 0.5, 7);
  ASSERT_TRUE(QDir(folder.path()).mkpath("other"));
  write_file_atomically((folder.path() + "/other/report.json").toStdString(),
                        reports::write_run_document(other));
  window.open({folder.path()});
  ASSERT_TRUE(QTest::qWaitFor([this] { return window.store().runs().size() == 19U; }));
  auto& heat = page<HeatMapView>("heatmap");
  auto* scheme = heat.findChildren<QComboBox*>().value(0);
  ASSERT_EQ(scheme->currentText(), "int4-bsr");
  heat.plot().setFocus();
  type(Qt::Key_Right);
  EXPECT_EQ(selection().current(), key("p8a0"));
  const QString b = selection().b();
  scheme->setCurrentText("linear-bsr");
  settle();
  heat.plot().setFocus();
  type(Qt::Key_B);  // the current run is none of this map
  EXPECT_EQ(selection().b(), b);
  selection().setCurrent(key("p8b0"));
  settle();
  EXPECT_EQ(scheme->currentText(), "int4-bsr");
}

TEST_F(Window, NobodyChoosesARunByChangingThePage) {
  EXPECT_EQ(selection().current(), "");
  for (int number = 0; number < viewIds().size(); ++number) {
    typePageKey(number);
    for (TableView* table : window.pages().currentWidget()->findChildren<TableView*>()) {
      table->setFocus();
    }
    settle();
  }
  EXPECT_EQ(selection().current(), "");
  const QString b = selection().b();
  window.pages().setCurrentIndex(0);
  window.setFocus();
  QTest::keyClick(&window, Qt::Key_B);
  EXPECT_EQ(selection().b(), b);
  EXPECT_TRUE(window.statusBar()->currentMessage().contains("first"));
}

TEST_F(Window, MnemonicsOfAPageDoNotCollide) {
  QStringList ofMenus;
  for (const QAction* menu : window.menuBar()->actions()) {
    ofMenus << QKeySequence::mnemonic(menu->text()).toString();
  }
  for (int number = 0; number < viewIds().size(); ++number) {
    window.pages().setCurrentIndex(number);
    settle();
    QStringList taken = ofMenus;
    const QWidget* shown = window.pages().currentWidget();
    QStringList texts;
    for (const QLabel* label : shown->findChildren<QLabel*>()) {
      if (label->isVisible() && label->buddy() != nullptr) texts << label->text();
    }
    for (const QAbstractButton* button : shown->findChildren<QAbstractButton*>()) {
      if (button->isVisible()) texts << button->text();
    }
    for (const QString& text : texts) {
      const QString key = QKeySequence::mnemonic(text).toString();
      if (key.isEmpty()) continue;
      EXPECT_FALSE(taken.contains(key)) << (viewIds()[number] + ": " + text).toStdString();
      taken << key;
    }
  }
}

TEST_F(Window, ChartsAndTablesHaveNames) {
  for (const QString& id : viewIds()) {
    window.pages().setCurrentIndex(static_cast<int>(viewIds().indexOf(id)));
    settle();
    const QWidget* shown = window.pages().currentWidget();
    for (const QCustomPlot* plot : shown->findChildren<QCustomPlot*>()) {
      EXPECT_FALSE(plot->accessibleName().isEmpty()) << id.toStdString();
    }
    for (const TableView* table : shown->findChildren<TableView*>()) {
      EXPECT_FALSE(table->accessibleName().isEmpty()) << id.toStdString();
    }
  }
}

TEST_F(Window, TheHeatMapChangesItsMetricByKeys) {
  auto& heat = page<HeatMapView>("heatmap");
  const QString saved = heat.map().at(0, 0).text;
  auto* metric = heat.findChildren<QComboBox*>().value(1);
  ASSERT_NE(metric, nullptr);
  metric->setFocus();
  type(Qt::Key_Down);
  EXPECT_EQ(metric->currentText(), "Peak bytes");
  EXPECT_NE(heat.map().at(0, 0).text, saved);
}

TEST_F(Window, APointOfTheFrontIsClickedAndARectangleBrushes) {
  auto& pareto = page<ParetoView>("pareto");
  const QPoint at = pareto.pixelOf(key("dense-0"));
  QTest::mouseClick(&pareto.plot(), Qt::LeftButton, Qt::NoModifier, at);
  settle();
  EXPECT_EQ(selection().current(), key("dense-0"));
  EXPECT_TRUE(selection().brushed().isEmpty());
  const QPoint from = at - QPoint(12, 12), to = at + QPoint(12, 12);
  QTest::mousePress(&pareto.plot(), Qt::LeftButton, Qt::NoModifier, from);
  QTest::mouseMove(&pareto.plot(), at);
  QTest::mouseMove(&pareto.plot(), to);
  QTest::mouseRelease(&pareto.plot(), Qt::LeftButton, Qt::NoModifier, to);
  settle();
  EXPECT_TRUE(selection().brushed().contains(key("dense-0")));
  EXPECT_LT(selection().brushed().size(), 4);
  type(Qt::Key_Escape);
  EXPECT_TRUE(selection().brushed().isEmpty());
}

TEST_F(Window, ACurveIsClickedAndItsAxisChangesByKeys) {
  auto& accuracy = page<AccuracyView>("accuracy");
  auto* axis = accuracy.findChildren<QComboBox*>().value(1);
  axis->setFocus();
  type(Qt::Key_Down);
  EXPECT_EQ(axis->currentText(), "time");
  EXPECT_TRUE(accuracy.plot().xAxis->label().contains("(s)"));
  // The last point of A lies apart from all others in time.
  const double last = 400 * 0.2;
  const QPoint at(static_cast<int>(accuracy.plot().xAxis->coordToPixel(last)),
                  static_cast<int>(accuracy.plot().yAxis->coordToPixel(85)));
  QTest::mouseClick(&accuracy.plot(), Qt::LeftButton, Qt::NoModifier, at);
  settle();
  EXPECT_EQ(selection().current(), key("dense-0"));
}

TEST_F(Window, TheTableBesideAChartComesAndGoes) {
  auto& footprint = page<FootprintView>("footprint");
  footprint.plot().setFocus();
  EXPECT_TRUE(footprint.tableView().isVisible());
  type(Qt::Key_T);
  EXPECT_FALSE(footprint.tableView().isVisible());
  type(Qt::Key_T);
  EXPECT_TRUE(footprint.tableView().isVisible());
}

TEST_F(Window, KernelsSortByAnyColumnAndShowTheDifference) {
  auto& kernels = page<KernelsView>("kernels");
  auto* table = kernels.findChild<TableView*>();
  constexpr int time = 7;
  EXPECT_GE(table->sorted().index(0, time).data(sortRole).toDouble(),
            table->sorted().index(1, time).data(sortRole).toDouble());
  clickHeader(*table, 0);
  EXPECT_EQ(cell(*table, 0, 0), "blocks.0");
  const int columns = table->sorted().columnCount();
  table->setFocus();
  type(Qt::Key_3, Qt::AltModifier);
  EXPECT_GT(table->sorted().columnCount(), columns);
}

TEST_F(Window, ExportsAndSaysWhereOrWhyNot) {
  QTemporaryDir out;
  page<HeatMapView>("heatmap");
  window.saveAs(out.filePath("heat.svg"));
  EXPECT_TRUE(QFileInfo::exists(out.filePath("heat.svg")));
  EXPECT_TRUE(window.statusBar()->currentMessage().startsWith("Wrote"));
  window.saveAs(out.filePath("heat"));
  EXPECT_TRUE(QFileInfo::exists(out.filePath("heat.png")));
  View& heat = *window.view("heatmap");
  exportView(heat, out.filePath("twice.png"), QSize(300, 200), 2);
  EXPECT_EQ(QImage(out.filePath("twice.png")).size(), QSize(600, 400));
  window.saveAs(out.filePath("none/heat.png"));
  EXPECT_TRUE(window.statusBar()->currentMessage().contains("heat.png"));
  window.saveAs(out.filePath("heat.bmp"));
  EXPECT_TRUE(window.statusBar()->currentMessage().contains(".svg"));
}

TEST_F(Window, ADroppedFolderIsOpened) {
  const MadeFolder other;
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(other.path() + "/alone")});
  QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &enter);
  EXPECT_TRUE(enter.isAccepted());
  QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
  QApplication::sendEvent(&window, &drop);
  EXPECT_TRUE(QTest::qWaitFor([this] { return window.store().runs().size() == 1U; }));
}

TEST_F(Window, DarkAndLightAreOneKeyApart) {
  type(Qt::Key_D, Qt::ControlModifier);
  EXPECT_TRUE(isDark(QApplication::palette()));
  type(Qt::Key_D, Qt::ControlModifier);
  EXPECT_FALSE(isDark(QApplication::palette()));
}

TEST_F(Window, AFolderWithoutRunsSaysWhatToDo) {
  const QTemporaryDir empty;
  window.open({empty.path()});
  auto& runs = page<RunsView>("runs");
  EXPECT_TRUE(QTest::qWaitFor([this] { return window.store().runs().empty(); }));
  settle();
  QStringList texts;
  for (const QLabel* label : runs.findChildren<QLabel*>()) texts << label->text();
  EXPECT_TRUE(texts.join(' ').contains("No report.json")) << texts.join(' ').toStdString();
}

TEST_F(Window, ThePageAndColumnsAreThereAgainNextTime) {
  auto& runs = page<RunsView>("runs");
  page<ParetoView>("pareto");
  runs.setShownColumns({RunTableModel::name, RunTableModel::peak});
  Q_EMIT runs.columnsChanged();
  window.close();
  MainWindow next(lineOf({folder.path()}));
  EXPECT_EQ(next.pages().currentIndex(), viewIds().indexOf("pareto"));
  EXPECT_EQ(qobject_cast<RunsView*>(next.view("runs"))->shownColumns(),
            (QList<int>{RunTableModel::name, RunTableModel::peak}));
}

}  // namespace
}  // namespace actscope::gui
