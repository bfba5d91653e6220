// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>
#include <QWheelEvent>

#include "app/main_window.hpp"
#include "app/theme.hpp"
#include "app/timeline_bench.hpp"
#include "golden_picture.hpp"
#include "made_trace.hpp"
#include "views/flame_chart.hpp"
#include "views/picture.hpp"
#include "views/timeline_canvas.hpp"
#include "views/timeline_view.hpp"

namespace actscope::gui {
namespace {

using test::chromeTrace;
using test::trainingLines;

class TimelinePage : public testing::Test {
 protected:
  TimelinePage() {
    store.setInterval(0);
    a = folder.write("a.json", chromeTrace(trainingLines()));
    b = folder.write("b.json", chromeTrace(trainingLines(3)));
  }
  void TearDown() override { applyTheme(Theme::light); }

  std::unique_ptr<TimelineView> shown(const QStringList& files) {
    store.openNow(files);
    auto view = std::make_unique<TimelineView>(store, selection);
    view->resize(1000, 560);
    view->show();
    EXPECT_TRUE(QTest::qWaitFor([&] { return !view->scene().isEmpty(); }));
    view->canvas().setFocus();
    QTest::qWait(100);
    return view;
  }
  static void type(TimelineView& view, int key, Qt::KeyboardModifiers modifiers = {}) {
    view.canvas().setFocus();
    QTest::keyClick(&view.canvas(), static_cast<Qt::Key>(key), modifiers);
    QTest::qWait(1);
  }
  // The middle of a slice in the viewport.
  static QPoint placeOf(TimelineView& view, SliceRef ref) {
    const TimeWindow& window = view.scene().window();
    const int width = view.canvas().viewport()->width() - TimelinePainter::gutter;
    const double middle = (view.scene().beginOf(ref) + view.scene().endOf(ref)) / 2;
    const std::uint32_t row = view.scene().timeline(ref.side)->row_of(ref.slice);
    for (std::size_t band = 0; band < view.scene().bands().size(); ++band) {
      const TimelineBand& of = view.scene().bands()[band];
      if (of.kind != TimelineBand::Kind::row || of.side != ref.side || of.number != row) continue;
      const int x = static_cast<int>((middle - window.from()) / window.span() * width);
      return {TimelinePainter::gutter + x,
              view.canvas().painter().axisHeight() + view.canvas().painter().topOf(band) + 4};
    }
    return {};
  }
  static SliceRef sliceNamed(TimelineView& view, const std::string& name, int side = 0) {
    const reports::Timeline& made = *view.scene().timeline(side);
    for (reports::SliceNumber slice = 0; slice < made.slices(); ++slice) {
      if (made.names[made.name[slice]] == name) return {side, slice};
    }
    return {};
  }

  test::TraceFolder folder;
  RunStore store;
  Selection selection;
  QString a, b;
};

TEST_F(TimelinePage, LooksAsBefore) {
  for (const bool isDark : {false, true}) {
    applyTheme(isDark ? Theme::dark : Theme::light);
    const auto view = shown({a});
    type(*view, Qt::Key_Right);
    type(*view, Qt::Key_M);
    QTest::qWait(200);
    test::expectPicture(isDark ? "timeline-dark" : "timeline-light", view->grab().toImage());
  }
}

TEST_F(TimelinePage, ShowsAPairAndItsDifference) {
  const auto view = shown({a, b});
  ASSERT_NE(view->scene().timeline(1), nullptr);
  selection.setSide(Side::difference);
  QTest::qWait(200);
  EXPECT_EQ(view->table().headerData(2, Qt::Horizontal).toString(), "Count, B − A");
  test::expectPicture("timeline-pair", view->grab().toImage());
  view->tables().setCurrentIndex(1);
  ASSERT_TRUE(QTest::qWaitFor([&] { return view->calls(CallOrder::topDown).rowCount() > 0; }));
  view->tables().setCurrentIndex(2);
  ASSERT_TRUE(QTest::qWaitFor([&] { return view->calls(CallOrder::bottomUp).rowCount() > 0; }));
}

TEST_F(TimelinePage, KeysZoomPanAndFit) {
  const auto view = shown({a});
  TimeWindow& window = view->scene().window();
  const double all = window.span();
  for (int i = 0; i < 3; ++i) type(*view, Qt::Key_W);
  EXPECT_LT(window.span(), all);
  const double from = window.from();
  type(*view, Qt::Key_D);
  EXPECT_GT(window.from(), from);
  type(*view, Qt::Key_A);
  EXPECT_DOUBLE_EQ(window.from(), from);
  for (int i = 0; i < 4; ++i) type(*view, Qt::Key_S);
  EXPECT_EQ(window.span(), all);
  type(*view, Qt::Key_Right);
  ASSERT_TRUE(view->canvas().current());
  type(*view, Qt::Key_F);
  EXPECT_LT(window.span(), all);
  type(*view, Qt::Key_0);
  EXPECT_EQ(window.span(), all);
  type(*view, Qt::Key_BracketRight);
  EXPECT_EQ(view->scene().alignedStep(), 0);
  type(*view, Qt::Key_BracketRight);
  EXPECT_EQ(view->scene().alignedStep(), 1);
}

TEST_F(TimelinePage, KeysMoveFromSliceToSliceAndTellReaders) {
  const auto view = shown({folder.write(
      "nested.json", chromeTrace({"main 0 90 outer", "main 10 20 first", "main 40 20 second"}))});
  type(*view, Qt::Key_Right);
  EXPECT_EQ(view->canvas().current(), sliceNamed(*view, "outer"));
  type(*view, Qt::Key_Down);
  EXPECT_EQ(view->canvas().current(), sliceNamed(*view, "first"));
  type(*view, Qt::Key_Right);
  EXPECT_EQ(view->canvas().current(), sliceNamed(*view, "second"));
  EXPECT_TRUE(view->canvas().accessibleName().contains("second"));
  type(*view, Qt::Key_Left);
  type(*view, Qt::Key_Up);
  EXPECT_EQ(view->canvas().current(), sliceNamed(*view, "outer"));
  type(*view, Qt::Key_C);
  EXPECT_EQ(view->scene().bands().size(), 1U);
  type(*view, Qt::Key_Escape);
  EXPECT_FALSE(view->canvas().current());
}

TEST_F(TimelinePage, FindsMeasuresAndFollowsArrows) {
  const auto view = shown({a});
  type(*view, Qt::Key_Slash);
  EXPECT_TRUE(view->searchLine().hasFocus() || !view->isActiveWindow());
  QTest::keyClicks(&view->searchLine(), "gelu");
  QTest::qWait(250);
  QTest::keyClick(&view->searchLine(), Qt::Key_Return);
  const SliceRef first = view->canvas().current();
  ASSERT_TRUE(first);
  type(*view, Qt::Key_N);
  EXPECT_GT(view->canvas().current().slice, first.slice);
  type(*view, Qt::Key_P);
  EXPECT_EQ(view->canvas().current(), first);
  type(*view, Qt::Key_M);
  EXPECT_DOUBLE_EQ(view->canvas().range().to - view->canvas().range().from, 20'000);
  QTest::qWait(200);
  EXPECT_TRUE(view->tables().tabText(0).contains("20 µs"))
      << view->tables().tabText(0).toStdString();
  type(*view, Qt::Key_Escape);
  EXPECT_TRUE(view->canvas().range().isEmpty());
  view->canvas().show(sliceNamed(*view, "gemm"));
  type(*view, Qt::Key_L);
  EXPECT_NE(view->canvas().current(), sliceNamed(*view, "gemm"));
  type(*view, Qt::Key_L);
  EXPECT_EQ(view->canvas().current(), sliceNamed(*view, "gemm"));
}

TEST_F(TimelinePage, TheMouseSelectsPansZoomsAndTakesARange) {
  const auto view = shown({a});
  QWidget* viewport = view->canvas().viewport();
  const SliceRef gemm = sliceNamed(*view, "gemm");
  const QPoint at = placeOf(*view, gemm);
  QTest::mouseClick(viewport, Qt::LeftButton, {}, at);
  EXPECT_EQ(view->canvas().current(), gemm);
  QTest::mouseDClick(viewport, Qt::LeftButton, {}, at);
  TimeWindow& window = view->scene().window();
  EXPECT_LE(window.from(), view->scene().beginOf(gemm));
  EXPECT_LT(window.span(), 60'000);
  const double from = window.from();
  QTest::mousePress(viewport, Qt::LeftButton, {}, {400, 60});
  QTest::mouseMove(viewport, {300, 60});
  QTest::mouseRelease(viewport, Qt::LeftButton, {}, {300, 60});
  EXPECT_GT(window.from(), from);
  QTest::mousePress(viewport, Qt::LeftButton, Qt::ShiftModifier, {400, 60});
  QTest::mouseMove(viewport, {500, 80});
  QTest::mouseRelease(viewport, Qt::LeftButton, Qt::ShiftModifier, {500, 80});
  EXPECT_FALSE(view->canvas().range().isEmpty());
  EXPECT_FALSE(view->canvas().rangeBands().empty());
  const double span = window.span();
  QWheelEvent wheel({500, 60}, viewport->mapToGlobal(QPointF(500, 60)), {}, {0, 120}, Qt::NoButton,
                    Qt::ControlModifier, Qt::NoScrollPhase, false);
  QApplication::sendEvent(viewport, &wheel);
  EXPECT_LT(window.span(), span);
  QTest::mouseClick(viewport, Qt::LeftButton, {},
                    {20, view->canvas().painter().axisHeight() + 4});  // the name of a lane
}

TEST_F(TimelinePage, TheFlameChartIsWalkedByKeysAndMouse) {
  const auto view = shown({a, b});
  view->tables().setCurrentIndex(3);
  FlameChart& flame = view->flame();
  ASSERT_TRUE(QTest::qWaitFor([&] { return flame.boxes().size() > 2; }));
  // A row is as wide as what it stands below, at most.
  double below = 0;
  for (const FlameChart::Box& box : flame.boxes()) {
    if (box.place.top() > 0 && box.place.top() <= flame.boxes()[0].place.bottom()) {
      below += box.place.width();
    }
  }
  EXPECT_NEAR(below, flame.boxes()[0].place.width(), 0.5);
  flame.setFocus();
  QTest::keyClick(&flame, Qt::Key_Down);
  const std::size_t host = flame.current();
  EXPECT_NE(host, 0U);
  QTest::keyClick(&flame, Qt::Key_Return);
  EXPECT_EQ(flame.boxes()[0].node, host);
  EXPECT_TRUE(flame.accessibleName().contains("% of all"));
  QTest::keyClick(&flame, Qt::Key_Down);
  QTest::keyClick(&flame, Qt::Key_Right);
  QTest::keyClick(&flame, Qt::Key_Left);
  QTest::keyClick(&flame, Qt::Key_Up);
  EXPECT_EQ(flame.current(), host);
  QTest::keyClick(&flame, Qt::Key_Backspace);
  EXPECT_EQ(flame.boxes()[0].node, 0U);
  const QPoint second = flame.boxes()[1].place.center().toPoint();
  QTest::mouseClick(&flame, Qt::LeftButton, {}, second);
  EXPECT_NE(flame.boxes()[0].node, 0U);
  selection.setSide(Side::difference);
  QTest::qWait(50);
  EXPECT_FALSE(flame.grab().isNull());
}

TEST_F(TimelinePage, LanesAreRegrouped) {
  const auto view = shown({a});
  auto* grouping = view->findChildren<QComboBox*>().at(2);
  grouping->setCurrentIndex(1);
  ASSERT_TRUE(QTest::qWaitFor([&] {
    return std::ranges::any_of(view->scene().bands(),
                               [](const TimelineBand& band) { return band.title == "blocks.0"; });
  }));
  grouping->setCurrentIndex(0);
  QTest::qWait(50);
  EXPECT_EQ(view->scene().bands()[0].title, "operators");
}

TEST_F(TimelinePage, SaysWhatIsWrongInPlace) {
  store.openNow({folder.write("bad.json", "{\"traceEvents\": [")});
  TimelineView view(store, selection);
  view.show();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !view.message().isEmpty(); }));
  EXPECT_TRUE(view.message().contains("bad.json"));
  store.openNow({folder.path() + "/nothing"});
  TimelineView empty(store, selection);
  empty.show();
  QTest::qWait(20);
  EXPECT_TRUE(empty.message().contains("--trace timeline"));
}

TEST_F(TimelinePage, IsExportedWithoutAWindow) {
  store.openNow({a, b});
  TimelineView view(store, selection);
  const QString picture = folder.path() + "/x.png", table = folder.path() + "/x.csv";
  exportView(view, picture, {900, 500});
  exportView(view, table, {900, 500});
  EXPECT_GT(QFileInfo(picture).size(), 5000);
  QFile csv(table);
  ASSERT_TRUE(csv.open(QIODevice::ReadOnly));
  EXPECT_TRUE(QString::fromUtf8(csv.readAll()).contains("gemm"));
}

TEST_F(TimelinePage, ATraceOpensOnThisPage) {
  CommandLine line;
  line.places = QStringList{a};
  MainWindow window(line);
  EXPECT_TRUE(QTest::qWaitFor(
      [&] { return qobject_cast<View*>(window.pages().currentWidget())->id() == "timeline"; }));
}

TEST_F(TimelinePage, IsMeasured) {
  const QString text = QString::fromStdString(timelineBench({a}));
  EXPECT_TRUE(text.contains("p99")) << text.toStdString();
  EXPECT_TRUE(text.contains("bytes an event"));
}

}  // namespace
}  // namespace actscope::gui
