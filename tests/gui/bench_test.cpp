// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QComboBox>

#include "gui_support.hpp"
#include "models/bench_map.hpp"
#include "views/bench_view.hpp"

namespace actscope::gui {
namespace {

using test::madeBench;
using test::MadeRuns;

BenchQuery queryOf(KernelsBenchRecord record) {
  BenchEntry entry;
  entry.name = "bench";
  entry.record = std::make_shared<KernelsBenchRecord>(std::move(record));
  return {std::make_shared<BenchEntry>(std::move(entry)), "cpu bf16, 2 threads", "fc2",
          BenchFigure::toDense};
}

TEST(BenchMap, ShowsOneVariantAndShape) {
  BenchQuery query = queryOf(madeBench());
  EXPECT_EQ(benchVariants(query.document),
            (QStringList{"cpu fp32, 2 threads", "cpu bf16, 2 threads"}));
  EXPECT_EQ(benchShapes(query.document), (QStringList{"fc1", "fc2"}));
  const HeatMap map = benchMapOf(query);
  EXPECT_EQ(map.rows, (QStringList{"8x8", "16x16"}));
  EXPECT_EQ(map.at(0, 0).text, "1.20");
  EXPECT_EQ(map.at(0, 0).tip, "12.0 ms against 10.0 ms of openblas");
  EXPECT_EQ(map.at(1, 1).state, HeatCell::State::pending);
  EXPECT_TRUE(map.message.contains("Not all points"));
  query.variant = "cpu fp32, 2 threads";
  EXPECT_EQ(benchMapOf(query).at(0, 0).text, "0.65");
  query.figure = BenchFigure::roofline;
  EXPECT_EQ(benchMapOf(query).at(0, 0).text, "60 %");
}

TEST(BenchMap, WhatIsMissingHasItsReasonInTheTip) {
  BenchQuery query = queryOf(madeBench());
  query.figure = BenchFigure::toLibtorch;
  const HeatCell cell = benchMapOf(query).at(0, 0);
  EXPECT_EQ(cell.state, HeatCell::State::missing);
  EXPECT_TRUE(cell.tip.endsWith("LibTorch did not run"));
}

TEST(BenchMap, WithoutADocumentThereIsAMessage) {
  EXPECT_TRUE(benchMapOf({}).message.contains("kernels.json"));
  BenchQuery empty = queryOf({});
  empty.variant.clear();
  EXPECT_EQ(benchMapOf(empty).message, "bench has no point yet.");
  BenchEntry damaged;
  damaged.reason = "it is empty";
  empty.document = std::make_shared<BenchEntry>(damaged);
  EXPECT_EQ(benchMapOf(empty).message, "it is empty");
}

TEST(BenchTable, HasARowAMeasuredCell) {
  TableModel table;
  fillBenchTable(table, queryOf(madeBench()));
  EXPECT_EQ(table.rowCount(), 3);
  fillBenchTable(table, {});
  EXPECT_EQ(table.rowCount(), 0);
}

class Bench : public MadeRuns {};

TEST_F(Bench, TheStoreFindsDocumentsBelowAFolder) {
  ASSERT_EQ(store.benches().size(), 1U);
  EXPECT_EQ(store.benches()[0]->name, "bench");
  EXPECT_EQ(store.benches()[0]->record->results.size(), 15U);
  EXPECT_EQ(store.runs().size(), 18U) << "none of them is a run";
  store.openNow({folder.path() + "/bench/kernels.json"});
  EXPECT_EQ(store.benches().size(), 1U);
  EXPECT_TRUE(store.runs().empty());
}

TEST_F(Bench, ADocumentOfAnotherNameIsKnownByItsWords) {
  folder.write("elsewhere/k.json", reports::write_kernels_document(madeBench()));
  store.openNow({folder.path() + "/elsewhere/k.json"});
  ASSERT_EQ(store.benches().size(), 1U);
  EXPECT_EQ(store.benches()[0]->name, "k");
}

TEST_F(Bench, AViewFollowsItsChoosers) {
  BenchView view(store, selection);
  view.show();
  view.refreshNow();
  EXPECT_EQ(view.variants().count(), 2);
  EXPECT_EQ(view.map().at(0, 0).text, "0.65");
  view.variants().setCurrentText("cpu bf16, 2 threads");
  view.figures().setCurrentIndex(static_cast<int>(BenchFigure::keptNorm));
  view.refreshNow();
  EXPECT_EQ(view.map().at(0, 0).text, "0.750");
  EXPECT_EQ(view.table().rowCount(), 4);
  view.shapes().setCurrentText("fc2");
  view.refreshNow();
  EXPECT_EQ(view.table().rowCount(), 3) << "the last point is still to come";
}

}  // namespace
}  // namespace actscope::gui
