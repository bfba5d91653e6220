// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "made_trace.hpp"
#include "models/call_tree.hpp"
#include "models/time_window.hpp"
#include "models/timeline_scene.hpp"
#include "models/timeline_search.hpp"
#include "models/timeline_sums.hpp"

namespace actscope::gui {
namespace {

using test::chromeTrace;
using test::TraceFolder;
using test::trainingLines;

TEST(TimeWindow, ZoomsAroundAPlaceAndStaysWithinItsLimits) {
  TimeWindow window;
  window.setLimits(0, 1000);
  window.zoom(0.25, 0.5);
  EXPECT_EQ(window.from(), 125);
  EXPECT_EQ(window.to(), 625);
  window.pan(2);
  EXPECT_EQ(window.to(), 1000);
  EXPECT_EQ(window.span(), 500);
  window.zoom(0.5, 1e9);
  EXPECT_EQ(window.from(), 0);
  EXPECT_EQ(window.to(), 1000);
  window.zoom(0.5, 1e-9);
  EXPECT_EQ(window.span(), 10);
  window.show(100, 200, 0.1);
  EXPECT_EQ(window.from(), 90);
  window.setLimits(5, 5);
  EXPECT_EQ(window.span(), 10);
}

class TimelineModels : public testing::Test {
 protected:
  TraceFolder folder;
};

TEST_F(TimelineModels, APairIsAlignedAtAStep) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline(trainingLines()), folder.timeline(trainingLines(3)));
  EXPECT_EQ(scene.alignedStep(), 0);
  ASSERT_EQ(scene.steps().size(), 2U);
  scene.alignStep(1);
  EXPECT_EQ(scene.origin(0), scene.timeline(0)->steps[1].begin_ns);
  EXPECT_EQ(scene.origin(1), scene.timeline(1)->steps[1].begin_ns);
  EXPECT_EQ(scene.steps()[1].range.from, 0);
  EXPECT_EQ(scene.bands()[0].kind, TimelineBand::Kind::side);
  scene.alignStep(77);
  EXPECT_EQ(scene.alignedStep(), 1);
}

TEST_F(TimelineModels, ALaneFoldsToItsOutermostRow) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline({"main 0 9 a", "main 1 5 b", "main 2 1 c"}), nullptr);
  EXPECT_EQ(scene.bands().size(), 3U);
  scene.toggleLane(0, 0);
  EXPECT_EQ(scene.bands().size(), 1U);
  EXPECT_TRUE(scene.bands()[0].isCollapsed);
  scene.toggleLane(0, 0);
  EXPECT_EQ(scene.bands().size(), 3U);
  scene.toggleLane(1, 0);
  scene.toggleLane(0, 7);
}

TEST_F(TimelineModels, ASliceIsDescribed) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline({"main 0 8 outer fc1 forward 3", "main 2 2 inner"}), nullptr);
  const QString text = describeSlice(scene, {0, 1});
  for (const char* part : {"inner", "layer fc1", "phase forward", "step 3", "begin 2 µs",
                           "duration 2 µs", "self 2 µs", "25.0 % of outer"}) {
    EXPECT_TRUE(text.contains(part)) << part << " in " << text.toStdString();
  }
  EXPECT_TRUE(describeSlice(scene, {0, 0}).contains("self 6 µs"));
}

TEST_F(TimelineModels, SearchGoesRoundInTheOrderOfTimes) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline(trainingLines()), nullptr);
  TimelineSearch search;
  search.set(scene, "GELU");
  EXPECT_EQ(search.count(), 8);
  SliceRef at;
  double last = -1;
  for (int i = 0; i < 8; ++i) {
    at = search.next(scene, at, 0, false);
    ASSERT_TRUE(at);
    EXPECT_GT(scene.beginOf(at), last);
    last = scene.beginOf(at);
    EXPECT_EQ(search.numberOf(scene, at), i + 1);
  }
  at = search.next(scene, at, 0, false);
  EXPECT_EQ(search.numberOf(scene, at), 1);
  at = search.next(scene, at, 0, true);
  EXPECT_EQ(search.numberOf(scene, at), 8);
  search.set(scene, "blocks.1");  // by layer
  EXPECT_EQ(search.count(), 12);
  search.set(scene, "nowhere");
  EXPECT_FALSE(search.next(scene, {}, 0, false));
  search.set(scene, "");
  EXPECT_EQ(search.count(), 0);
}

TEST_F(TimelineModels, SumsAddUpOverAnyRange) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline({"main 0 100 a", "main 10 50 b", "main 20 10 c",
                                      "main 30 10 c", "main 80 10 b", "main 200 50 a"}),
                     nullptr);
  const auto of = [&](TimeRange range, const QString& name) {
    for (const SliceSums& row : sumsOf(scene, range)) {
      if (row.name == name) return row.of[0];
    }
    return SliceSums::Of{};
  };
  EXPECT_EQ(of({}, "a").count, 2);
  EXPECT_EQ(of({}, "a").total_ns, 150'000);
  EXPECT_EQ(of({}, "a").self_ns, 90'000);
  EXPECT_EQ(of({}, "b").self_ns, 40'000);
  EXPECT_EQ(of({15'000, 25'000}, "a").total_ns, 10'000);
  EXPECT_EQ(of({15'000, 25'000}, "a").self_ns, 0);
  EXPECT_EQ(of({15'000, 25'000}, "b").self_ns, 5'000);
  EXPECT_EQ(of({15'000, 25'000}, "c").total_ns, 5'000);
  // What is busy is what the slices have in themselves.
  for (double from = 0; from < 240'000; from += 7'000) {
    std::int64_t self = 0;
    for (const SliceSums& row : sumsOf(scene, {from, from + 33'000})) self += row.of[0].self_ns;
    const auto begin = static_cast<std::int64_t>(from);
    const reports::Timeline& made = *scene.timeline(0);
    EXPECT_EQ(self, made.busy_before(made.rows[0], begin + 33'000) -
                        made.busy_before(made.rows[0], begin));
  }
}

TEST_F(TimelineModels, SumsTableHasSidesAndKeepsQtsRules) {
  TimelineScene scene;
  scene.setTimelines(folder.timeline(trainingLines()), folder.timeline(trainingLines(3)));
  TableModel table;
  const QAbstractItemModelTester tester(&table,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto sums = sumsOf(scene, {});
  fillSumsTable(table, sums, Side::a);
  EXPECT_EQ(table.rowCount(), 4);
  fillSumsTable(table, sums, Side::difference);
  EXPECT_EQ(table.headerData(4, Qt::Horizontal).toString(), "Self, B − A");
  EXPECT_TRUE(table.index(0, 4).data().toString().startsWith("+"));
  fillSumsTable(table, {}, Side::b);
  EXPECT_EQ(table.rowCount(), 0);
}

TEST_F(TimelineModels, CallTreesAddUpBothWays) {
  const TimelinePointer a = folder.timeline(trainingLines()), b = folder.timeline(trainingLines(3));
  const CallTreePointer down = callTreeOf(a, b, CallOrder::topDown);
  const CallTreePointer up = callTreeOf(a, b, CallOrder::bottomUp);
  for (const int side : {0, 1}) {
    EXPECT_EQ(down->nodes[0].of[side].total_ns, up->nodes[0].of[side].total_ns);
    EXPECT_GT(down->nodes[0].of[side].total_ns, 0);
    for (const CallTreePointer& tree : {down, up}) {
      for (const CallNode& node : tree->nodes) {
        std::int64_t below = node.of[side].self_ns;
        for (const std::size_t child : node.children) below += tree->nodes[child].of[side].total_ns;
        EXPECT_EQ(node.of[side].total_ns, below) << node.name.toStdString();
      }
    }
  }
  // host, device > layer > phase > operator
  EXPECT_EQ(down->nodes[down->nodes[0].children[0]].name, "host");
  EXPECT_EQ(callTreeOf(nullptr, nullptr, CallOrder::topDown)->nodes.size(), 1U);
}

TEST_F(TimelineModels, KernelsStandBelowTheCallThatLaunchedThem) {
  const auto timeline = folder.timeline(
      {"operators 0 50 mm fc1 forward", "device 20 10 sgemm", "arrow operators 1 device 20"});
  const CallTreePointer tree = callTreeOf(timeline, nullptr, CallOrder::topDown);
  const auto found = std::ranges::find(tree->nodes, "sgemm", &CallNode::name);
  ASSERT_NE(found, tree->nodes.end());
  const CallNode& above = tree->nodes[found->parent];
  EXPECT_EQ(above.name, "mm");
  EXPECT_EQ(tree->nodes[above.parent].name, "forward");
  EXPECT_EQ(above.of[0].total_ns, 10'000);  // of the device: the host's stands elsewhere
}

TEST_F(TimelineModels, CallTreeModelKeepsQtsRules) {
  CallTreeModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const TimelinePointer a = folder.timeline(trainingLines()), b = folder.timeline(trainingLines(3));
  for (const CallOrder order : {CallOrder::topDown, CallOrder::bottomUp}) {
    const CallTreePointer tree = callTreeOf(a, b, order);
    for (const Side side : {Side::a, Side::b, Side::difference}) {
      model.setTree(tree, side);
      EXPECT_GT(model.rowCount(), 0);
      double share = 0;
      const QModelIndex top = model.index(0, 0);
      for (int row = 0; row < model.rowCount(top); ++row) {
        share += model.index(row, CallTreeModel::shareColumn, top).data(plainRole).toDouble();
      }
      if (order == CallOrder::topDown) {
        EXPECT_NEAR(share, 1, 1e-9);
      }
    }
  }
  model.setTree(nullptr, Side::a);
  EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(TimelineModels, ALoaderReadsBesideAndCanBeStopped) {
  TimelineLoader loader;
  QSignalSpy changed(&loader, &TimelineLoader::changed);
  const QString file = folder.write("a.json", chromeTrace(trainingLines()));
  loader.load(file);
  EXPECT_TRUE(loader.isLoading());
  ASSERT_TRUE(QTest::qWaitFor([&] { return !loader.isLoading(); }));
  ASSERT_NE(loader.timeline(), nullptr);
  const auto* held = loader.timeline().get();
  loader.load(file);
  EXPECT_EQ(loader.timeline().get(), held);  // it has not changed
  loader.load(folder.write("bad.json", "{\"traceEvents\": ["));
  ASSERT_TRUE(QTest::qWaitFor([&] { return !loader.isLoading(); }));
  EXPECT_EQ(loader.timeline(), nullptr);
  EXPECT_TRUE(loader.reason().contains("JSON"));
  loader.load(file);
  loader.cancel();
  EXPECT_FALSE(loader.isLoading());
  EXPECT_TRUE(loader.reason().contains("stopped"));
  loader.loadNow(file);
  EXPECT_NE(loader.timeline(), nullptr);
  loader.load({});
  EXPECT_EQ(loader.timeline(), nullptr);
  EXPECT_FALSE(changed.isEmpty());
}

}  // namespace
}  // namespace actscope::gui
