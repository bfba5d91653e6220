// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QTest>

#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/layer_metrics.hpp"
#include "views/layers_view.hpp"

namespace actscope::gui {
namespace {

constexpr auto kept = static_cast<std::size_t>(LayerMetric::kept);
constexpr auto fewer = static_cast<std::size_t>(LayerMetric::fewer);
constexpr auto keptNorm = static_cast<std::size_t>(LayerMetric::keptNorm);
constexpr auto gradientError = static_cast<std::size_t>(LayerMetric::gradientError);
constexpr auto forward = static_cast<std::size_t>(LayerMetric::forward);
constexpr auto backward = static_cast<std::size_t>(LayerMetric::backward);

RunPointer entryOfRun(RunRecord record, const QString& name) {
  auto entry = std::make_shared<RunEntry>();
  entry->key = entry->name = name;
  entry->record = std::make_shared<const RunRecord>(std::move(record));
  return entry;
}

RunRecord lossyRun() {
  RunRecord run = test::madeRun("int4-bsr", 16, 0.8);
  run.gradients = {{"blocks.0", "fc1.weight", 0.1, 0.99},
                   {"blocks.0", "fc2.weight", 0.3, 0.9},
                   {"blocks.1", "fc1.weight", 0.2, 0.98}};
  return run;
}

TEST(LayerMetrics, AreSumsWorstNormsAndTimesOfAStep) {
  const LayerMetrics metrics = layerMetricsOf(nullptr, entryOfRun(lossyRun(), "b"), Side::b);
  EXPECT_EQ(metrics.message, "");
  ASSERT_EQ(metrics.rows.size(), 2U);  // the stem keeps nothing
  const auto& values = metrics.rows[0].b;
  EXPECT_EQ(metrics.rows[0].layer, "blocks.0");
  EXPECT_NEAR(*values[kept], 0.17 * (9 << 20), 3);
  EXPECT_NEAR(*values[fewer], 1 / 0.17, 1e-4);
  EXPECT_NEAR(*values[keptNorm], 0.84, 1e-12);
  EXPECT_EQ(*values[gradientError], 0.3);
  EXPECT_NEAR(*values[forward], 0.9 / 400, 1e-12);
  EXPECT_NEAR(*values[backward], 0.7 / 400, 1e-12);
}

TEST(LayerMetrics, SayWhatWasNotMeasured) {
  RunRecord bare = test::madeRun("dense", 16, 0.8);
  bare.trace.reset();
  const LayerMetrics metrics = layerMetricsOf(entryOfRun(bare, "bare"), nullptr, Side::a);
  EXPECT_TRUE(
      metrics.message.startsWith("Not measured: kept norm, gradient error, forward, backward ("))
      << metrics.message.toStdString();
  EXPECT_TRUE(layerMetricsOf(nullptr, nullptr, Side::a).message.startsWith("Pick A"));
  auto pending = std::make_shared<RunEntry>();
  pending->name = "pending";
  EXPECT_TRUE(layerMetricsOf(nullptr, pending, Side::b).message.contains("no report"));
}

TEST(LayerMetrics, DifferencesNeedBothAndAreScaledByTheirColumn) {
  RunRecord more = lossyRun();
  more.gradients[2].relative_error = 0.05;
  const LayerMetrics metrics =
      layerMetricsOf(entryOfRun(more, "a"), entryOfRun(lossyRun(), "b"), Side::difference);
  EXPECT_EQ(strengthOf(metrics, 0, LayerMetric::gradientError, Side::difference), 0.0);
  EXPECT_EQ(strengthOf(metrics, 1, LayerMetric::gradientError, Side::difference), 1.0);
  EXPECT_EQ(strengthOf(metrics, 1, LayerMetric::kept, Side::difference), 0.0);
  RunRecord bare = lossyRun();
  bare.gradients.clear();
  const LayerMetrics open =
      layerMetricsOf(entryOfRun(bare, "a"), entryOfRun(lossyRun(), "b"), Side::difference);
  EXPECT_FALSE(strengthOf(open, 0, LayerMetric::gradientError, Side::difference));
}

TEST(LayerMetrics, HaveUnitsAndSigns) {
  EXPECT_EQ(layerMetricText(LayerMetric::kept, 4 << 20, false), "4.00 MiB");
  EXPECT_EQ(layerMetricText(LayerMetric::kept, -(4 << 20), true), "−4.00 MiB");
  EXPECT_EQ(layerMetricText(LayerMetric::fewer, 17.64, false), "17.6x");
  EXPECT_EQ(layerMetricText(LayerMetric::keptNorm, 0.812, false), "81.2 %");
  EXPECT_EQ(layerMetricText(LayerMetric::keptNorm, 0.012, true), "+1.2 pp");
  EXPECT_EQ(layerMetricText(LayerMetric::gradientError, 0.0834, false), "0.083");
  EXPECT_EQ(layerMetricText(LayerMetric::backward, 0.0032, false), "3.20 ms");
}

TEST(LayerMetrics, TableKeepsQtsRules) {
  TableModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const RunPointer run = entryOfRun(lossyRun(), "run");
  fillLayerTable(model, layerMetricsOf(run, nullptr, Side::a), Side::a);
  EXPECT_EQ(model.rowCount(), 2);
  EXPECT_EQ(model.index(0, 4).data().toString(), "0.300");
  fillLayerTable(model, layerMetricsOf(run, run, Side::difference), Side::difference);
  EXPECT_EQ(model.index(0, 1).data().toString(), "0 B");
}

class LayersPage : public testing::Test {
 protected:
  LayersPage() {
    folder.writeRun("lossy", lossyRun());
    store.setInterval(0);
    store.openNow({folder.path()});
    selection.setA(store.named("exact")->key);
    selection.setB(store.named("lossy")->key);
    applyTheme(Theme::light);
    view.resize(1000, 420);
    view.show();
    QTest::qWait(50);
    view.refreshNow();
  }
  ~LayersPage() override { applyTheme(Theme::light); }

  test::MadeFolder folder;
  RunStore store;
  Selection selection;
  LayersView view{store, selection};
};

TEST_F(LayersPage, LooksAsBefore) {
  test::expectPicture("layers-light", view.grab().toImage());
  selection.setSide(Side::difference);
  applyTheme(Theme::dark);
  QTest::qWait(50);
  view.refreshNow();
  test::expectPicture("layers-difference-dark", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
