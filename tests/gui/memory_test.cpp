// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "actscope/base/error.hpp"
#include "actscope/reports/trace/export.hpp"
#include "actscope/reports/trace/files.hpp"
#include "app/headless.hpp"
#include "app/main_window.hpp"
#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/memory_loader.hpp"
#include "views/memory_view.hpp"
#include "views/picture.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;

// Two steps of three layers on a GPU: each layer saves an activation of `saved` bytes, backward
// makes a gradient of 1 MiB each, the optimizer drops them. 8 MiB were there before.
TraceBatch madeTrace(std::int64_t saved) {
  TraceBatch batch;
  batch.new_names = {"", "stem", "blocks.0", "blocks.1", "h", "aten::linear"};
  std::int64_t live = 8 * mebibyte, now = 1'000'000;
  const auto change = [&](std::uint64_t address, std::int64_t bytes, TracePlace place) {
    live += bytes;
    now += 500'000;
    MemoryEvent event{now, address, bytes, live, place};
    event.device = 0;
    batch.memory.push_back(event);
  };
  for (const std::int32_t step : {1, 2}) {
    const std::int64_t begin = now;
    for (NameNumber layer = 1; layer <= 3; ++layer) {
      const TracePlace place{step, layer, 4, Phase::forward};
      batch.scopes.push_back(
          {now + 100'000, now + 900'000, step, 5, layer, 4, 0, ScopeKind::op, Phase::forward});
      change(0x10'0000'0000U * layer, saved, place);
      change(0x60'0000'0000U, mebibyte / 2, place);
      change(0x60'0000'0000U, -mebibyte / 2, place);
    }
    change(0x50'0000'0000U, mebibyte / 4, {step, 0, 0, Phase::forward});  // the loss
    for (NameNumber layer = 3; layer >= 1; --layer) {
      const TracePlace place{step, layer, 4, Phase::backward};
      change(0x30'0000'0000U + 0x1000'0000U * layer, mebibyte, place);
      change(0x10'0000'0000U * layer, -saved, place);
    }
    for (NameNumber layer = 1; layer <= 3; ++layer) {
      change(0x30'0000'0000U + 0x1000'0000U * layer, -mebibyte, {step, 0, 0, Phase::optimizer});
    }
    change(0x50'0000'0000U, -mebibyte / 4, {step, 0, 0, Phase::other});
    batch.scopes.push_back({begin, now, step, 0, 0, 0, 0, ScopeKind::step, Phase::other});
  }
  return batch;
}

class MemoryPage : public testing::Test {
 protected:
  MemoryPage() {
    write("dense", 4 * mebibyte);
    write("int4", mebibyte);
    store.setInterval(0);
    store.openNow({folder.path() + "/dense", folder.path() + "/int4"});
    selection.setA(folder.path() + "/dense/report.json");
    selection.setB(folder.path() + "/int4/report.json");
  }
  void TearDown() override { applyTheme(Theme::light); }

  void write(const std::string& scheme, std::int64_t saved) {
    const std::string place = folder.path().toStdString() + "/" + scheme;
    std::filesystem::create_directories(place);
    RunRecord run = test::madeRun(scheme, 16, 0.8);
    MemoryRecord memory;
    memory.composition = {{MemoryCategory::parameter, "stem", 3 * mebibyte, 4},
                          {MemoryCategory::optimizer_state, "", 4 * mebibyte, 8}};
    run.memory = memory;
    write_file_atomically(place + "/report.json", reports::write_run_document(run));
    const auto files = reports::make_trace_files(place, {});
    files->write(madeTrace(saved));
    files->finish({});
  }

  QString pickle() const {
    const QString file = folder.path() + "/memory.pickle";
    write_file_atomically(file.toStdString(),
                          reports::export_trace((folder.path() + "/dense/trace.db").toStdString(),
                                                reports::TraceFormat::memory));
    return file;
  }

  std::unique_ptr<MemoryView> show() {
    auto view = std::make_unique<MemoryView>(store, selection);
    view->resize(1000, 560);
    view->show();
    EXPECT_TRUE(QTest::qWaitFor([&] { return view->table().rowCount() > 0; }));
    settle(*view);
    return view;
  }

  static void settle(QWidget& widget) {
    QImage last;
    for (int round = 0; round < 50; ++round) {
      QTest::qWait(10);
      const QImage now = widget.grab().toImage();
      if (now == last) break;
      last = now;
    }
  }

  static QString cell(const QAbstractItemModel& table, int row, int column) {
    return table.index(row, column).data().toString();
  }

  QTemporaryDir folder;
  RunStore store;
  Selection selection;
};

TEST_F(MemoryPage, ExplainsThePeakByCategoryAndLayer) {
  const auto view = show();
  const QAbstractItemModel& table = view->table();
  QAbstractItemModelTester tester(const_cast<QAbstractItemModel*>(&table));
  // At the end of forward: 3 saved, the loss, a gradient, and what was there before.
  double sum = 0;
  QStringList categories;
  for (int row = 0; row < table.rowCount(); ++row) {
    sum += table.index(row, 2).data(plainRole).toDouble();
    categories << cell(table, row, 0);
  }
  EXPECT_EQ(sum, static_cast<double>(12 * mebibyte + mebibyte / 4));
  EXPECT_EQ(cell(table, 0, 0), "optimizer state");
  EXPECT_EQ(cell(table, 0, 2), "4.00 MiB");
  EXPECT_EQ(cell(table, 1, 0), "parameter");
  EXPECT_EQ(cell(table, 1, 1), "stem");
  EXPECT_EQ(categories.count("saved activation"), 3);
}

TEST_F(MemoryPage, ListsWhatOutlivesBackward) {
  const auto view = show();
  view->rows().setCurrentIndex(1);
  settle(*view);
  ASSERT_EQ(view->table().rowCount(), 2);  // the loss of either step
  EXPECT_EQ(cell(view->table(), 0, 0), "256 KiB");
  view->tableView().selectRow(1);
  EXPECT_TRUE(view->details().isVisible());
  EXPECT_TRUE(view->details().toPlainText().contains("Outlives the backward pass"));
}

TEST_F(MemoryPage, ClickingABlockSaysWhoAllocatedIt) {
  const auto view = show();
  view->modes().setCurrentIndex(2);
  settle(*view);
  ASSERT_NE(view->blocksPlot(), nullptr);
  QCustomPlot& plot = view->plot();
  // In the first forward pass the lowest of the blocks that were not there before is a saved one.
  const double time = 1.0;
  std::optional<std::uint32_t> block;
  double bytes = 8.5 * mebibyte;
  block = view->blocksPlot()->blockAt(time, bytes);
  ASSERT_TRUE(block);
  const QPoint at(static_cast<int>(plot.xAxis->coordToPixel(time)),
                  static_cast<int>(plot.yAxis->coordToPixel(bytes)));
  QTest::mouseClick(&plot, Qt::LeftButton, {}, at);
  const QString text = view->details().toPlainText();
  EXPECT_TRUE(view->details().isVisible());
  EXPECT_TRUE(text.contains("1.00 MiB, saved activation, stem")) << text.toStdString();
  EXPECT_TRUE(text.contains("in forward of step 1"));
  EXPECT_TRUE(text.contains("aten::linear"));
}

TEST_F(MemoryPage, ClickingAMomentExplainsIt) {
  const auto view = show();
  QCustomPlot& plot = view->plot();
  const auto sum = [&] {
    double bytes = 0;
    for (int row = 0; row < view->table().rowCount(); ++row) {
      bytes += view->table().index(row, 2).data(plainRole).toDouble();
    }
    return bytes;
  };
  QTest::mouseClick(&plot, Qt::LeftButton, {},
                    QPoint(static_cast<int>(plot.xAxis->coordToPixel(0.2)),
                           static_cast<int>(plot.yAxis->coordToPixel(mebibyte))));
  EXPECT_EQ(sum(), static_cast<double>(9 * mebibyte));
}

TEST_F(MemoryPage, ComparesAAndBAtTheirPeaks) {
  selection.setSide(Side::difference);
  const auto view = show();
  ASSERT_EQ(view->table().columnCount(), 5);
  EXPECT_EQ(cell(view->table(), 0, 0), "saved activation");
  EXPECT_EQ(cell(view->table(), 0, 4), "−3.00 MiB");
}

TEST_F(MemoryPage, DrawsTheSavedBytesOfDenseBehind) {
  const auto view = show();
  bool isThere = false;
  for (int i = 0; i < view->plot().graphCount(); ++i) {
    const QCPGraph& graph = *view->plot().graph(i);
    if (graph.name() != "saved by dense") continue;
    isThere = true;
    bool isFound = false;
    EXPECT_EQ(graph.getValueRange(isFound, QCP::sdBoth, QCPRange()).upper, 12.0 * mebibyte);
  }
  EXPECT_TRUE(isThere);
}

TEST_F(MemoryPage, ZoomingKeepsBytesAndPeak) {
  const auto view = show();
  view->plot().xAxis->setRange(2, 4);
  settle(*view);
  EXPECT_EQ(view->plot().xAxis->range().lower, 2);
  EXPECT_GT(view->plot().graphCount(), 4);
}

TEST_F(MemoryPage, OpensASnapshotOfPyTorch) {
  store.openNow({pickle()});
  selection.setA({});
  selection.setB({});
  EXPECT_TRUE(store.runs().empty());
  ASSERT_EQ(store.documents().memories.size(), 1);
  const auto view = show();
  double sum = 0;
  for (int row = 0; row < view->table().rowCount(); ++row) {
    sum += view->table().index(row, 2).data(plainRole).toDouble();
  }
  EXPECT_EQ(sum, static_cast<double>(13 * mebibyte + mebibyte / 4));  // nothing of before is in it
}

TEST_F(MemoryPage, SaysWhatIsWrongWithAFile) {
  const QString file = folder.path() + "/broken.pickle";
  write_file_atomically(file.toStdString(), std::string("\x80\x02"
                                                        "cos\nsystem\n."));
  store.openNow({file});
  selection.setA({});
  selection.setB({});
  MemoryView view(store, selection);
  view.refreshNow();
  EXPECT_TRUE(view.message().contains("operation GLOBAL")) << view.message().toStdString();
  CommandLine line;
  line.places = {file};
  line.exported = "memory";
  line.output = folder.path() + "/x.png";
  EXPECT_THROW(exportHeadless(line), DataError);
}

TEST_F(MemoryPage, SaysWhereTracesAreMissing) {
  std::filesystem::remove(folder.path().toStdString() + "/int4/trace.db");
  MemoryView view(store, selection);
  view.refreshNow();
  EXPECT_TRUE(view.message().contains("--trace timeline"));
}

TEST_F(MemoryPage, ShowsItselfWhereAFileIsOpened) {
  CommandLine line;
  line.places = {pickle()};
  MainWindow window(line);
  window.show();
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return window.pages().currentWidget() == window.view("memory"); }));
}

TEST_F(MemoryPage, LooksAsBefore) {
  for (const bool isDark : {false, true}) {
    applyTheme(isDark ? Theme::dark : Theme::light);
    const std::string ending = isDark ? "-dark" : "-light";
    const auto view = show();
    test::expectPicture(QString::fromStdString("memory" + ending), view->grab().toImage());
    view->modes().setCurrentIndex(2);
    settle(*view);
    test::expectPicture(QString::fromStdString("memory-blocks" + ending), view->grab().toImage());
  }
}

TEST(MemoryLoader, StopsWhenTold) {
  QTemporaryDir folder;
  const QString file = folder.path() + "/large.pickle";
  write_file_atomically(file.toStdString(), std::string(8 << 20, 'N'));
  MemoryLoader loader;
  QSignalSpy changed(&loader, &MemoryLoader::changed);
  loader.want({{file, "large", {}, nullptr}});
  EXPECT_TRUE(loader.isReading());
  loader.cancel();
  EXPECT_TRUE(changed.wait());
  EXPECT_FALSE(loader.isReading());
  EXPECT_FALSE(loader.state(file).fault.isEmpty());
  EXPECT_EQ(loader.state(file).history, nullptr);
}

TEST(MemorySource, OfAPointOfASweepIsItsFolder) {
  QTemporaryDir folder;
  std::filesystem::create_directories(folder.path().toStdString() + "/points/p1");
  write_file_atomically(folder.path().toStdString() + "/points/p1/trace.db", "x");
  auto run = std::make_shared<RunEntry>();
  run->key = folder.path() + "/sweep.json#p1";
  run->sweep = "s";
  EXPECT_EQ(memorySourceOf(run).file, folder.path() + "/points/p1/trace.db");
  const MemoryPair pair = memoryPairOf(nullptr, nullptr, {"/x/a.pickle", "/x/b.pickle"});
  EXPECT_EQ(pair.a.name, "a.pickle");
  EXPECT_EQ(pair.b.name, "b.pickle");
  EXPECT_EQ(memoryPairOf(run, nullptr, {"/x/a.pickle"}).b.name, "a.pickle");
}

}  // namespace
}  // namespace actscope::gui
