// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <algorithm>

#include "gui_support.hpp"
#include "models/curves.hpp"
#include "models/footprint.hpp"
#include "models/heat_map.hpp"
#include "models/kernels.hpp"
#include "models/pair_table.hpp"
#include "models/pareto.hpp"
#include "models/run_table_model.hpp"

namespace actscope::gui {
namespace {

using test::madeRun;
using test::MadeRuns;

RunPointer entryOf(const RunRecord& record, const QString& name) {
  RunEntry entry;
  entry.key = entry.name = name;
  entry.status = EntryStatus::completed;
  entry.setConfig(record.config);
  entry.summary = record.summary;
  entry.heldoutImages = record.heldout_samples;
  entry.record = std::make_shared<RunRecord>(record);
  return std::make_shared<RunEntry>(entry);
}

// Every table is held against Qt's rules while it is filled, emptied and filled again.
struct Tested {
  TableModel model;
  QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST(TableText, CsvQuotesAndKeepsPlainNumbers) {
  Tested table;
  EXPECT_EQ(csvOf(table.model), "\n");
  table.model.setTable(
      {{"a", "A", false}, {"b", "B"}},
      {{{Cell::of("x,\"y\""), {"1 KiB", 1024.0, {}}}, {}}, {{Cell::of("z"), Cell::none()}, {}}});
  EXPECT_EQ(csvOf(table.model), "a,b\n\"x,\"\"y\"\"\",1024\nz,\n");
  EXPECT_EQ(textOf(table.model, {table.model.index(0, 0)}), "A\tB\nx,\"y\"\t1 KiB\n");
  table.model.setTable({}, {});
  EXPECT_EQ(table.model.rowCount(), 0);
}

TEST(Metrics, AreNamedOnceAndReadBack) {
  for (const MetricFacts& facts : metrics()) {
    EXPECT_EQ(metricNamed(facts.id), facts.metric);
    EXPECT_EQ(&factsOf(facts.metric), &facts);
  }
  EXPECT_FALSE(metricNamed("nonsense"));
  EXPECT_EQ(changeText(Metric::saved, *metricChange(Metric::saved, 50, 100)), "−50.0 %");
  EXPECT_EQ(changeText(Metric::accuracy, *metricChange(Metric::accuracy, 0.81, 0.8)), "+1.0 pp");
  EXPECT_FALSE(metricChange(Metric::saved, 1, 0));
  EXPECT_EQ(signedBytes(-2048), "−2.00 KiB");
  EXPECT_EQ(changeText(Metric::accuracy, -0.0001), "0.0 pp");
  EXPECT_EQ(changeText(Metric::loss, 0.0001), "0.000");
}

class RunTable : public MadeRuns {
 protected:
  QString cell(int row, int column, int role = Qt::DisplayRole) const {
    return model.index(row, column).data(role).toString();
  }
  RunTableModel model;
  QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

// A run of somebody's own model: of its configuration only some fields are known.
RunPointer foreignRun() {
  RunRecord record = madeRun("dense", 16, 0.8);
  record.model_kind = ModelKind::libtorch;
  record.config = RunConfig();
  record.config.model = "net";
  record.config.batch = 16;
  record.config.known_fields = {"model", "batch", "device"};
  record.summary.dense_saved_bytes = record.summary.predicted_saved_bytes =
      Measured<std::int64_t>::missing("no byte model knows this model");
  for (LayerFootprint& layer : record.layers) {
    for (SlotFootprint& slot : layer.slots) {
      slot.store = "";
      slot.dense_bytes.reset();
      slot.predicted_bytes.reset();
      slot.kept_norm_ratio.reset();
    }
  }
  return entryOf(record, "net");
}

TEST_F(RunTable, ShowsNothingThatIsNotKnownOfARun) {
  model.setRuns({foreignRun()});
  for (const int column : {RunTableModel::scheme, RunTableModel::block, RunTableModel::sparsity,
                           RunTableModel::seed, RunTableModel::dataset, RunTableModel::fewer}) {
    EXPECT_EQ(cell(0, column), "–") << column;
  }
  EXPECT_EQ(cell(0, RunTableModel::model), "net");
  EXPECT_EQ(cell(0, RunTableModel::batch), "16");
  EXPECT_EQ(cell(0, RunTableModel::device), "cpu");
  EXPECT_NE(cell(0, RunTableModel::saved), "–");
}

TEST(RunEntries, OfAnotherModelAreGroupedByWhatIsKnown) {
  const RunPointer run = foreignRun();
  EXPECT_EQ(run->group, "net, batch 16, cpu");
  EXPECT_EQ(run->scheme, "–");
  EXPECT_FALSE(hasBlocks(run->config));
  EXPECT_EQ(denseRuns({run}).find(run->config, {}, core::SeedOf::any), std::nullopt);
}

TEST(Footprints, OfAnotherModelHaveStoredBytesOnly) {
  const RunPointer run = foreignRun();
  const Footprint footprint = footprintOf(run, nullptr, Side::a);
  EXPECT_EQ(footprint.message, "");
  EXPECT_FALSE(footprint.hasDense);
  EXPECT_EQ(footprint.layers, (QStringList{"blocks.0", "blocks.1"}));
  TableModel table;
  fillFootprintTable(table, footprint);
  EXPECT_EQ(table.index(0, 4).data().toString(), "–");
  EXPECT_NE(table.index(0, 5).data().toString(), "–");
  EXPECT_TRUE(footprintOf(entryOf(madeRun("dense", 16, 0.8), "ours"), nullptr, Side::a).hasDense);
}

TEST(KernelTimes, OfAnotherModelWithoutOnesNameNoOption) {
  auto run = std::make_shared<RunEntry>(*foreignRun());
  auto record = std::make_shared<RunRecord>(*run->record);
  record->operators.clear();
  record->trace.reset();
  run->record = record;
  EXPECT_FALSE(kernelsOf(run, nullptr, Side::a).message.contains("--trace"));
}

TEST_F(RunTable, AnEmptyFolderHasNoRuns) {
  model.setRuns({});
  EXPECT_EQ(model.rowCount(), 0);
  EXPECT_EQ(csvOf(model).count('\n'), 1);
}

TEST_F(RunTable, ShowsPointsAndRunsInUnitsAndSortsByNumbers) {
  model.setRuns(store.runs());
  ASSERT_EQ(model.rowCount(), 18);
  EXPECT_EQ(cell(0, RunTableModel::status), "completed");
  EXPECT_EQ(cell(0, RunTableModel::saved), "18.0 MiB");
  EXPECT_EQ(cell(0, RunTableModel::block), "–");
  EXPECT_EQ(cell(0, RunTableModel::purpose), "baseline");
  EXPECT_EQ(cell(2, RunTableModel::block), "8x8");
  EXPECT_EQ(model.index(2, RunTableModel::block).data(sortRole).toDouble(), 64);
  EXPECT_EQ(cell(4, RunTableModel::status), "failed");
  EXPECT_EQ(cell(4, RunTableModel::reason), "the loss became non-finite at step 3");
  EXPECT_EQ(cell(4, RunTableModel::saved), "–");
  EXPECT_EQ(cell(7, RunTableModel::status), "pending");
}

TEST_F(RunTable, AFileThatCannotBeReadIsARowWithItsMessage) {
  model.setRuns(store.runs());
  const int row = model.rowOf(folder.path() + "/half/report.json");
  ASSERT_GE(row, 0);
  EXPECT_EQ(cell(row, RunTableModel::status), "unreadable");
  EXPECT_TRUE(cell(row, RunTableModel::name, Qt::ToolTipRole).contains("not a readable document"));
  EXPECT_EQ(cell(row, RunTableModel::saved), "");
}

TEST_F(RunTable, PicksAreMarked) {
  model.setRuns(store.runs());
  model.setPicks(key("dense-0"), key("int4-0"));
  EXPECT_EQ(cell(0, RunTableModel::pick), "A");
  EXPECT_EQ(cell(1, RunTableModel::pick), "B");
  EXPECT_TRUE(csvOf(model).startsWith("pick,run,sweep,status"));
}

TEST_F(RunTable, ASecondReadingChangesCellsOnly) {
  model.setRuns(store.runs());
  int resets = 0, changes = 0;
  QObject::connect(&model, &QAbstractItemModel::modelReset, [&] { ++resets; });
  QObject::connect(&model, &QAbstractItemModel::dataChanged, [&] { ++changes; });
  folder.sweep().points[7].status = PointStatus::running;
  folder.writeSweep();
  store.openNow({folder.path()});
  model.setRuns(store.runs());
  EXPECT_EQ(resets, 0);
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(cell(7, RunTableModel::status), "running");
}

TEST_F(MadeRuns, ThePairHasDifferenceAndRatio) {
  Tested table;
  fillPairTable(table.model, nullptr, nullptr);
  EXPECT_EQ(table.model.index(0, 3).data().toString(), "–");
  fillPairTable(table.model, run("dense-0"), run("int4-0"));
  EXPECT_EQ(table.model.index(0, 1).data().toString(), "18.0 MiB");
  EXPECT_NEAR(table.model.index(0, 4).data(plainRole).toDouble(), 0.13, 1e-6);
  EXPECT_EQ(table.model.rowCount(), static_cast<int>(metrics().size()));
  RunRecord lamb = madeRun("int4", 16, 0.8);
  lamb.config.optimizer = "lamb";
  RunEntry b = *entryOf(lamb, "lamb"), a = *run("dense-0");
  a.heldoutImages = b.heldoutImages = 32;
  fillPairTable(table.model, std::make_shared<RunEntry>(a), std::make_shared<RunEntry>(b));
  const int last = table.model.rowCount() - 1;
  EXPECT_EQ(table.model.index(last, 3).data().toString(), "optimizer lamb");
  EXPECT_TRUE(table.model.index(3, 3).data().toString().contains(" ±")) << "accuracy";
}

class Heat : public MadeRuns {
 protected:
  Heat() {
    query.group = heatGroups(store.runs()).value(0);
    query.scheme = "int4-bsr";
  }
  HeatQuery query;
};

TEST_F(Heat, KnowsGroupsAndSchemesWithBlocks) {
  EXPECT_EQ(heatGroups(store.runs()).size(), 1);
  EXPECT_EQ(heatSchemes(store.runs(), query.group), QStringList{"int4-bsr"});
  EXPECT_TRUE(heatGroups({}).isEmpty());
}

TEST_F(Heat, CellsAreMeansOverSeedsAndSayWhatIsMissing) {
  query.metric = Metric::accuracy;
  const HeatMap map = heatMapOf(store.runs(), query);
  EXPECT_EQ(map.rows, (QStringList{"8x8", "16x16", "32x32"}));
  EXPECT_EQ(map.columns, (QStringList{"50 %", "80 %"}));
  EXPECT_EQ(map.at(0, 0).seeds, 2);
  EXPECT_NEAR(map.at(0, 0).value, 0.85 - 0.015 - 0.0032 - 0.001, 1e-9);
  EXPECT_EQ(map.at(1, 0).state, HeatCell::State::failed);
  EXPECT_EQ(map.at(1, 0).text, "failed");
  EXPECT_EQ(map.at(2, 1).state, HeatCell::State::pending);
}

TEST_F(Heat, ComparesWithTheDenseRunOfTheSameSeed) {
  query.metric = Metric::saved;
  query.reference = Reference::dense;
  const HeatMap map = heatMapOf(store.runs(), query);
  EXPECT_TRUE(map.isChange);
  EXPECT_NEAR(map.at(0, 0).value, 0.23 - 1, 1e-6);
  EXPECT_EQ(map.at(0, 0).text, "−77.0 %");
}

TEST_F(Heat, WithoutAReferenceItSaysSo) {
  query.reference = Reference::a;
  EXPECT_TRUE(heatMapOf(store.runs(), query).message.contains("Pick A"));
  RunList onlySeedOne;
  for (const RunPointer& r : store.runs()) {
    if (r->scheme == "int4-bsr") onlySeedOne.push_back(r);
  }
  query.reference = Reference::dense;
  const HeatMap map = heatMapOf(onlySeedOne, query);
  EXPECT_FALSE(map.message.isEmpty());
  EXPECT_EQ(map.at(0, 0).state, HeatCell::State::missing);
  EXPECT_FALSE(heatMapOf({}, query).message.isEmpty());
}

// A dense run as MadeFolder has it, which trained with another optimizer and learned less.
RunRecord otherDense(std::int64_t seed) {
  RunRecord run = madeRun("dense", 16, 0.8, seed);
  run.config.optimizer = "lamb";
  run.summary.heldout_accuracy_ratio = Measured<double>::of(0.3);
  return run;
}

TEST_F(Heat, TakesTheDenseRunThatTrainedAlikeWhateverComesLast) {
  query.metric = Metric::accuracy;
  query.reference = Reference::dense;
  const HeatMap before = heatMapOf(store.runs(), query);
  RunList runs = store.runs();
  for (const std::int64_t seed : {0, 1}) runs.push_back(entryOf(otherDense(seed), "lamb"));
  RunRecord stopped = madeRun("dense", 16, 0.8, 0);
  stopped.summary.heldout_accuracy_ratio = Measured<double>::of(0.1);
  RunEntry interrupted = *entryOf(stopped, "stopped");
  interrupted.status = EntryStatus::interrupted;
  runs.insert(runs.begin(), std::make_shared<RunEntry>(interrupted));
  const HeatMap after = heatMapOf(runs, query);
  EXPECT_EQ(after.at(0, 0).seeds, 2);
  EXPECT_DOUBLE_EQ(after.at(0, 0).value, before.at(0, 0).value);
}

TEST_F(Heat, SaysWhereNoDenseRunTrainsAlike) {
  RunList runs;
  for (const RunPointer& r : store.runs()) {
    if (r->scheme == "int4-bsr") runs.push_back(r);
  }
  runs.push_back(entryOf(otherDense(0), "lamb"));
  query.reference = Reference::dense;
  const HeatMap map = heatMapOf(runs, query);
  EXPECT_TRUE(map.message.contains("no dense run trains alike (optimizer: lamb -> adamw)"))
      << map.message.toStdString();
  EXPECT_EQ(map.at(0, 0).state, HeatCell::State::missing);
}

TEST_F(Heat, TipsOfAccuracyHoldItsNoise) {
  query.metric = Metric::accuracy;
  const auto with_images = [&](std::int64_t images) {
    RunList runs;
    for (const RunPointer& r : store.runs()) {
      RunEntry counted = *r;
      counted.heldoutImages = images;
      runs.push_back(std::make_shared<RunEntry>(counted));
    }
    return runs;
  };
  // One run that does not say how many images it was asked about has no bounds; the bounds of
  // several follow from their spread.
  EXPECT_TRUE(heatMapOf(with_images(0), query).at(0, 0).tip.contains("95 %"));
  RunList of_one_seed = with_images(0);
  std::erase_if(of_one_seed, [&](const RunPointer& r) {
    return r->config.seed != store.runs().front()->config.seed;
  });
  EXPECT_FALSE(heatMapOf(of_one_seed, query).at(0, 0).tip.contains("95 %"));
  const RunList runs = with_images(100);
  EXPECT_TRUE(heatMapOf(runs, query).at(0, 0).tip.contains("95 %: "));
  query.reference = Reference::dense;
  EXPECT_TRUE(heatMapOf(runs, query).at(0, 0).tip.contains("95 %: −"));
}

TEST(Groups, AreToldApartByEveryFieldOfTraining) {
  RunConfig config;
  config.optimizer = "lamb";
  EXPECT_TRUE(groupText(config).endsWith("optimizer lamb"));
  EXPECT_EQ(apartText(RunConfig(), config), "optimizer lamb");
  const auto changed = [](auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::string>) value += "x";
    if constexpr (std::is_same_v<Value, double>) value += 0.125;
    if constexpr (std::is_same_v<Value, bool>) value = !value;
    if constexpr (std::is_same_v<Value, std::int64_t>) ++value;
    if constexpr (std::is_same_v<Value, std::optional<std::int64_t>>) value = 77;
    if constexpr (std::is_same_v<Value, std::vector<std::string>>) value.emplace_back("x");
  };
  for (const core::RunOption& option : core::run_options()) {
    RunConfig one;
    std::visit([&](auto member) { changed(one.*member); }, option.member);
    EXPECT_EQ(groupText(one) != groupText(RunConfig()), option.role == core::FieldRole::training)
        << option.field;
  }
}

// Two schemes with blocks, and int8, which has none.
RunList twoSchemes() {
  RunList runs;
  for (const std::int64_t seed : {0, 1}) {
    runs.push_back(entryOf(madeRun("dense", 16, 0.8, seed), QString("dense%1").arg(seed)));
    runs.push_back(entryOf(madeRun("int8", 16, 0.8, seed), QString("int8%1").arg(seed)));
    for (const char* scheme : {"exact-bsr", "int4-bsr"}) {
      for (const std::int64_t block : {8, 16}) {
        for (const double sparsity : {0.5, 0.8}) {
          runs.push_back(
              entryOf(madeRun(scheme, block, sparsity, seed),
                      QString("%1-%2-%3-%4").arg(scheme).arg(block).arg(sparsity).arg(seed)));
        }
      }
    }
  }
  return runs;
}

TEST_F(Heat, EverySchemeHasAPanel) {
  const RunList runs = twoSchemes();
  query.group = heatGroups(runs).value(0);
  query.scheme.clear();
  const HeatMap map = heatMapOf(runs, query);
  EXPECT_EQ(map.panels, (QStringList{"exact-bsr", "int4-bsr"}));
  ASSERT_EQ(map.cells.size(), 8U);
  query.scheme = "int4-bsr";
  const HeatMap one = heatMapOf(runs, query);
  EXPECT_EQ(one.panels, QStringList{QString()});
  EXPECT_EQ(map.at(1, 1, 1).value, one.at(1, 1).value);
  Tested table;
  fillHeatTable(table.model, map, query);
  EXPECT_EQ(table.model.rowCount(), 8);
  EXPECT_EQ(table.model.index(7, 0).data().toString(), "int4-bsr");
}

TEST_F(Heat, AnyFieldInWhichRunsDifferIsASide) {
  RunList runs = twoSchemes();
  const auto fieldsOf = [](const RunList& list) {
    QStringList fields;
    for (const HeatAxis& axis : heatAxes(list)) fields << axis.field;
    return fields;
  };
  EXPECT_EQ(fieldsOf(runs), (QStringList{"block", "sparsity", "scheme"}));
  for (const std::int64_t batch : {32, 64}) {
    RunRecord other = madeRun("int8", 16, 0.8);
    other.config.batch = batch;
    runs.push_back(entryOf(other, QString("int8-batch%1").arg(batch)));
  }
  EXPECT_EQ(fieldsOf(runs), (QStringList{"block", "sparsity", "scheme", "batch"}));
  query.rows = "scheme";
  query.columns = "batch";
  query.scheme.clear();
  const QStringList groups = heatGroups(runs, query.axes());
  ASSERT_EQ(groups.size(), 1) << groups.join("; ").toStdString();
  query.group = groups.front();
  const HeatMap map = heatMapOf(runs, query);
  EXPECT_EQ(map.rows, (QStringList{"dense", "exact-bsr", "int4-bsr", "int8"}));
  EXPECT_EQ(map.columns, (QStringList{"32", "64", "128"}));
  EXPECT_EQ(map.at(3, 0).seeds, 1);
  EXPECT_EQ(map.at(0, 0).state, HeatCell::State::missing);
  EXPECT_EQ(map.at(3, 2).seeds, 2);
}

TEST_F(Heat, SaysWhatItsMeansAreOverBesideSeeds) {
  RunList runs = twoSchemes();
  RunRecord other = madeRun("int4-bsr", 8, 0.5);
  other.config.select = "row:unbiased";
  runs.push_back(entryOf(other, "unbiased"));
  query.group = heatGroups(runs).value(0);
  EXPECT_EQ(heatSchemes(runs, query.group),
            (QStringList{"exact-bsr", "int4-bsr", "int4-bsr row:unbiased"}));
  EXPECT_TRUE(heatMapOf(runs, query).message.isEmpty());
  query.rows = "select";
  EXPECT_EQ(heatSchemes(runs, query.group, query.axes()), (QStringList{"exact-bsr", "int4-bsr"}));
  const HeatMap map = heatMapOf(runs, query);
  EXPECT_EQ(map.rows, (QStringList{"panel", "row:unbiased"}));
  EXPECT_TRUE(map.message.contains("differ in block")) << map.message.toStdString();
}

TEST_F(Heat, OutlinesWhatLosesNoMore) {
  const RunList runs = twoSchemes();
  query.group = heatGroups(runs).value(0);
  query.lostPoints = 2.0;
  const HeatMap map = heatMapOf(runs, query);
  // madeRun loses 3 points at full sparsity and .04 a side of the block.
  EXPECT_TRUE(map.at(0, 0).isWithin);
  EXPECT_FALSE(map.at(1, 1).isWithin);
  query.lostPoints.reset();
  EXPECT_FALSE(heatMapOf(runs, query).at(0, 0).isWithin);
}

TEST_F(Heat, TheTableHasARowACell) {
  Tested table;
  fillHeatTable(table.model, heatMapOf({}, query), query);
  EXPECT_EQ(table.model.rowCount(), 0);
  fillHeatTable(table.model, heatMapOf(store.runs(), query), query);
  EXPECT_EQ(table.model.rowCount(), 6);
  EXPECT_EQ(table.model.index(0, 0).data(keyRole).toString(), key("p8a0"));
}

TEST_F(MadeRuns, CurvesHaveAAndBFirstAndStopAtTheLimit) {
  selection.setA(key("dense-0"));
  selection.setB(key("int4-1"));
  CurveQuery query;
  query.limit = 3;
  const Curves curves = curvesOf(store.configurations(), selection, query);
  ASSERT_EQ(curves.lines.size(), 10U);
  EXPECT_TRUE(curves.lines[0].isA);
  EXPECT_TRUE(curves.lines[2].isB);
  EXPECT_EQ(curves.lines[0].name, "dense, 2 seeds");
  EXPECT_TRUE(curves.message.contains("more configurations are not drawn"));
  EXPECT_EQ(curves.lines[0].x.size(), 8);
  Tested table;
  fillCurveTable(table.model, curves, query);
  EXPECT_EQ(table.model.rowCount(), 80);
  selection.setBrushed({key("p8a0")});
  const Curves brushed = curvesOf(store.configurations(), selection, query);
  EXPECT_EQ(brushed.lines.size(), 6U);
  EXPECT_EQ(brushed.lines.back().seeds, 1);  // one of two is brushed
}

TEST_F(MadeRuns, CurvesAreMeansOverSeedsAndTheCurrentOneShowsThem) {
  selection.setA(key("dense-0"));
  selection.setCurrent(key("dense-1"));
  CurveQuery query;
  query.isTrainShown = false;
  query.limit = 0;
  const Curves curves = curvesOf(store.configurations(), selection, query);
  ASSERT_EQ(curves.lines.size(), 3U);
  const Curve& mean = curves.lines[0];
  EXPECT_EQ(mean.seeds, 2);
  EXPECT_NEAR(mean.raw.last(), 0.85 - 0.001, 1e-12);
  EXPECT_NEAR(mean.low.last(), 0.85 - 0.002, 1e-12);
  EXPECT_NEAR(mean.high.last(), 0.85, 1e-12);
  EXPECT_TRUE(curves.lines[1].isSeed && curves.lines[2].isSeed);
  EXPECT_EQ(curves.lines[2].key, key("dense-1"));
  query.axis = CurveAxis::time;  // seeds differ in time: its mean
  const Curve byTime = curvesOf(store.configurations(), selection, query).lines[0];
  EXPECT_EQ(byTime.x.size(), 8);
}

TEST(Curves, OfSeedsWithOtherPointsStandAlone) {
  RunRecord other = madeRun("dense", 16, 0.8, 1);
  for (AccuracyPoint& point : other.accuracy) point.epoch += 100;
  const RunList runs{entryOf(madeRun("dense", 16, 0.8, 0), "zero"), entryOf(other, "one")};
  CurveQuery query;
  query.isTrainShown = false;
  const Selection nothing;
  const Curves curves = curvesOf(configurationsOf(runs), nothing, query);
  ASSERT_EQ(curves.lines.size(), 2U);
  EXPECT_EQ(curves.lines[0].seeds, 1);
}

TEST(Curves, OfRunsThatHaveNotEndedStandAlone) {
  auto running = std::make_shared<RunEntry>(*entryOf(madeRun("dense", 16, 0.8, 1), "one"));
  running->status = EntryStatus::running;
  const RunList runs{entryOf(madeRun("dense", 16, 0.8, 0), "zero"), running};
  CurveQuery query;
  query.isTrainShown = false;
  const Selection nothing;
  const Curves curves = curvesOf(configurationsOf(runs), nothing, query);
  ASSERT_EQ(curves.lines.size(), 2U);
  EXPECT_EQ(curves.lines[1].name, "one");
}

TEST_F(MadeRuns, CurvesOfTheDifferenceInterpolateA) {
  selection.setSide(Side::difference);
  EXPECT_TRUE(curvesOf(store.configurations(), selection, {}).message.contains("needs A and B"));
  selection.setA(key("dense-0"));
  selection.setB(key("p8a0"));
  CurveQuery query;
  query.isTrainShown = false;
  const Curves curves = curvesOf(store.configurations(), selection, query);
  ASSERT_EQ(curves.lines.size(), 1U);
  EXPECT_NEAR(curves.lines[0].raw.last(), -0.015 - 0.0032, 1e-9);
  EXPECT_EQ(curves.lines[0].seeds, 2);  // paired: what a seed gives to both is gone
  EXPECT_NEAR(curves.lines[0].high.last() - curves.lines[0].low.last(), 0, 1e-9);
  // By time B ends before A has its first point.
  query.axis = CurveAxis::time;
  const Curves byTime = curvesOf(store.configurations(), selection, query);
  for (const Curve& line : byTime.lines) EXPECT_GE(line.x.front(), 10);
}

TEST(Curves, SmoothingStartsAtTheFirstValue) {
  EXPECT_EQ(smoothed({}, 0.5), QVector<double>());
  EXPECT_EQ(smoothed({1, 3}, 0.5), (QVector<double>{1, 2}));
  EXPECT_EQ(smoothed({1, 3}, 0), (QVector<double>{1, 3}));
}

TEST_F(MadeRuns, FootprintSaysWhatIsMissing) {
  EXPECT_TRUE(footprintOf(nullptr, nullptr, Side::a).message.contains("Pick A"));
  EXPECT_TRUE(footprintOf(run("dense-0"), nullptr, Side::difference).message.contains("A and B"));
  const Footprint failed = footprintOf(nullptr, run("p16a0"), Side::b);
  EXPECT_TRUE(failed.message.contains("the loss became non-finite"))
      << failed.message.toStdString();
}

TEST_F(MadeRuns, FootprintDifferenceIsBMinusA) {
  Tested table;
  fillFootprintTable(table.model, {});
  const Footprint footprint = footprintOf(run("dense-0"), run("int4-0"), Side::difference);
  EXPECT_EQ(footprint.layers, (QStringList{"blocks.0", "blocks.1"}));
  EXPECT_EQ(footprint.slots, (QStringList{"x", "h", "u"}));
  ASSERT_EQ(footprint.rows.size(), 6U);
  EXPECT_EQ(footprint.rows[0].of(Side::difference), 136314.0 - 1048576.0);
  fillFootprintTable(table.model, footprint);
  EXPECT_EQ(table.model.rowCount(), 6);
  EXPECT_EQ(table.model.index(0, 2).data().toString(), "keep");
}

TEST_F(MadeRuns, KernelsAreByStepAndSayWhyThereAreNone) {
  Tested table;
  const Kernels kernels = kernelsOf(run("dense-0"), nullptr, Side::a);
  ASSERT_EQ(kernels.rows.size(), 4U);
  EXPECT_TRUE(kernels.isAStep);
  ASSERT_EQ(kernels.totals.size(), 1U);
  EXPECT_NEAR(kernels.totals[0].secondsA, 4.8 / 400, 1e-12);
  fillKernelTable(table.model, kernels, Side::a);
  EXPECT_NEAR(table.model.index(1, 8).data(plainRole).toDouble(), 1.6 / 4.8, 1e-9);
  const Kernels difference = kernelsOf(run("dense-0"), run("p8a0"), Side::difference);
  EXPECT_EQ(difference.rows.size(), 6U);
  fillKernelTable(table.model, difference, Side::difference);
  EXPECT_EQ(table.model.index(4, 3).data().toString(), "compress");

  RunRecord untraced = madeRun("dense", 16, 0.8);
  untraced.operators.clear();
  untraced.config.trace = "ledger";
  const Kernels none = kernelsOf(entryOf(untraced, "r"), nullptr, Side::a);
  EXPECT_TRUE(none.message.contains("--trace timeline")) << none.message.toStdString();
  EXPECT_TRUE(none.rows.empty());
}

// A kernel runs within the operator that started it: the two are never one sum.
TEST_F(MadeRuns, KernelsOfADeviceHaveATotalOfTheirOwn) {
  RunRecord onDevice = madeRun("dense", 16, 0.8);
  onDevice.kernels.push_back({"sgemm", "blocks.0", "forward", "cuda", 800, 0.4, "h", "cupti"});
  const Kernels kernels = kernelsOf(entryOf(onDevice, "r"), nullptr, Side::a);
  ASSERT_EQ(kernels.totals.size(), 2U);
  EXPECT_NEAR(kernels.totals[1].seconds(Side::a), 0.4 / 400, 1e-12);
  Tested table;
  fillKernelTable(table.model, kernels, Side::a);
  EXPECT_EQ(table.model.index(4, 8).data(plainRole).toDouble(), 1);
}

TEST_F(MadeRuns, KernelsTellWhatTheTracerLost) {
  RunRecord lossy = madeRun("dense", 16, 0.8);
  lossy.trace->dropped_records = 7;
  EXPECT_TRUE(kernelsOf(entryOf(lossy, "r"), nullptr, Side::a).message.contains("7 records lost"));
  // One run as both is its own difference: nothing.
  const RunPointer same = run("dense-0");
  for (const KernelRow& row : kernelsOf(same, same, Side::difference).rows) {
    EXPECT_EQ(row.seconds(Side::difference), 0);
  }
}

TEST_F(MadeRuns, TheFrontKeepsWhatNothingBeats) {
  selection.setA(key("dense-0"));
  const Pareto pareto = paretoOf(store.configurations(), store.runs().size(), selection);
  EXPECT_TRUE(pareto.message.contains("have not measured"));
  double bytes = 0, best = -1;
  for (const ParetoPoint& point : pareto.points) {
    EXPECT_GE(point.savedBytes, bytes);
    EXPECT_EQ(point.isFront, point.accuracyRatio > best);
    bytes = point.savedBytes;
    best = std::max(best, point.accuracyRatio);
    EXPECT_EQ(point.isA, point.holds(key("dense-0")));
  }
  EXPECT_TRUE(pareto.points.front().isFront);
  Tested table;
  fillParetoTable(table.model, pareto);
  EXPECT_EQ(table.model.rowCount(), static_cast<int>(pareto.points.size()));
  EXPECT_FALSE(paretoOf({}, 0, selection).message.isEmpty());
}

TEST_F(MadeRuns, TheFrontJoinsMeansAndNeverTheLuckiestSeed) {
  RunList runs;
  for (const auto& [scheme, seed, accuracy] :
       {std::tuple{"dense", 0, 0.80}, {"dense", 1, 0.80}, {"int4", 0, 0.90}, {"int4", 1, 0.60}}) {
    RunRecord record = madeRun(scheme, 16, 0.8, seed);
    record.summary.heldout_accuracy_ratio = Measured<double>::of(accuracy);
    runs.push_back(entryOf(record, QString("%1-%2").arg(scheme).arg(seed)));
  }
  const Pareto pareto = paretoOf(configurationsOf(runs), runs.size(), selection);
  ASSERT_EQ(pareto.points.size(), 2U);
  EXPECT_NEAR(pareto.points[0].accuracyRatio, 0.75, 1e-12);  // int4
  EXPECT_EQ(pareto.points[0].seeds.size(), 2U);
  EXPECT_TRUE(pareto.points[1].isFront);  // dense is better on average
}

TEST_F(MadeRuns, EachWayOfTrainingHasItsFront) {
  RunList runs = store.runs();
  RunRecord lamb = madeRun("int4", 16, 0.8);  // more accurate and smaller than all
  lamb.config.optimizer = "lamb";
  lamb.summary.heldout_accuracy_ratio = Measured<double>::of(0.99);
  lamb.summary.saved_bytes = Measured<std::int64_t>::of(1000);
  const Pareto alone = paretoOf(configurationsOf(runs), runs.size(), selection);
  EXPECT_EQ(alone.trainings, 1);
  runs.push_back(entryOf(lamb, "lamb"));
  const Pareto both = paretoOf(configurationsOf(runs), runs.size(), selection);
  EXPECT_EQ(both.trainings, 2);
  EXPECT_TRUE(both.message.contains("2 ways of training"));
  EXPECT_EQ(both.points.front().label, "int4 (optimizer lamb)");
  const auto fronts = [](const Pareto& pareto) {
    return std::ranges::count_if(pareto.points, [](const ParetoPoint& p) { return p.isFront; });
  };
  EXPECT_EQ(fronts(both), fronts(alone) + 1);
}

TEST(SelectionTest, TellsOfChangesOnly) {
  Selection selection;
  int changes = 0;
  QObject::connect(&selection, &Selection::changed, [&] { ++changes; });
  selection.setA("x");
  selection.setA("x");
  selection.swap();
  EXPECT_EQ(selection.b(), "x");
  EXPECT_TRUE(selection.isInFront("y"));
  selection.setBrushed({"x"});
  EXPECT_FALSE(selection.isInFront("y"));
  EXPECT_EQ(changes, 3);
}

}  // namespace
}  // namespace actscope::gui
