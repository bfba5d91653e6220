// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/overview.hpp"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

#include "gui_support.hpp"
#include "models/overview_reasons.hpp"
#include "models/sweep_form.hpp"
#include "views/overview_view.hpp"

namespace actscope::gui {
namespace {

using test::madeRun;

// A run of a configuration, trained to its end, with accuracies around `accuracy`.
RunPointer trained(const std::string& scheme, std::int64_t seed, double accuracy,
                   std::int64_t images = 10'000) {
  RunRecord record = madeRun(scheme, 8, 0.8, seed);
  record.summary.heldout_accuracy_ratio = Measured<double>::of(accuracy);
  RunEntry entry;
  entry.name = QString::fromStdString(scheme) + QString("-%1").arg(seed);
  entry.key = entry.name;
  entry.status = EntryStatus::completed;
  entry.setConfig(record.config);
  entry.summary = record.summary;
  entry.heldoutImages = images;
  entry.record = std::make_shared<RunRecord>(record);
  return std::make_shared<RunEntry>(entry);
}

// Dense and int4 of some seeds, int4 half a point below, the seeds two points apart.
RunList pairs(int seeds) {
  RunList runs;
  for (int seed = 0; seed < seeds; ++seed) {
    runs.push_back(trained("dense", seed, 0.85 + 0.02 * seed));
    runs.push_back(trained("int4", seed, 0.845 + 0.02 * seed));
  }
  return runs;
}

Overview overviewOf(const RunList& runs, const OverviewQuery& query = {},
                    const Documents& others = {}) {
  return gui::overviewOf(configurationsOf(runs), runs.size(), others, query);
}

TEST(Configurations, TakeSeedsTogetherAndLeaveOutWhatDidNotEnd) {
  RunList runs = pairs(3);
  auto stopped = std::make_shared<RunEntry>(*trained("int4", 3, 0.2));
  stopped->status = EntryStatus::interrupted;
  runs.push_back(stopped);
  auto broken = std::make_shared<RunEntry>();
  broken->key = "broken";
  runs.push_back(broken);
  const ConfigurationList all = configurationsOf(runs);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].label, "dense");
  EXPECT_EQ(all[1].label, "int4");
  EXPECT_EQ(all[1].runs.size(), 3U);
  EXPECT_EQ(all[1].figures.points, 4);
  EXPECT_TRUE(all[1].holds("int4-2"));
  EXPECT_FALSE(all[1].holds("int4-3"));
  EXPECT_NEAR(*all[1].figures.accuracy_ratio.mean, 0.865, 1e-12);
  EXPECT_NEAR(*all[1].figures.accuracy_difference_ratio.mean, -0.005, 1e-12);
  EXPECT_TRUE(configurationsOf({}).empty());
}

TEST(Configurations, TextsSayWhereAMeanLies) {
  EXPECT_EQ(meanText({}), "–");
  EXPECT_EQ(meanText({0.8512, {}}), "85.1 %");
  EXPECT_EQ(meanText({0.8512, reports::Interval{0.84, 0.86}}), "85.1 ±1.1 %");
  EXPECT_EQ(pointsText({-0.0021, reports::Interval{-0.019, 0.012}}), "−0.2 ±1.7 points");
  EXPECT_EQ(pointsText({0.0049, {}}), "+0.5 points");
  EXPECT_EQ(pointsText({-0.0001, reports::Interval{-0.0006, 0.0004}}), "0.0 ±0.05 points");
}

TEST(OverviewModel, NamesTheChoiceItsFiguresAndWhatIsOpen) {
  const Overview one = overviewOf(pairs(1));
  EXPECT_TRUE(one.headline.startsWith("Take int4: 7.69x fewer bytes kept, 0.16x the step, −0.5 "))
      << one.headline.toStdString();
  EXPECT_TRUE(one.headline.contains("one seed: not decided"));
  ASSERT_EQ(one.figures.size(), 4U);
  EXPECT_EQ(one.figures[0].note, "7.69x fewer than dense");
  EXPECT_TRUE(one.next.contains("2 seeds more (about 3 seeds in all)")) << one.next.toStdString();
  EXPECT_EQ(one.key, "int4-0");
  EXPECT_TRUE(one.hasDense);
}

TEST(OverviewModel, DecidesWhereTheIntervalLiesWithinTheMargin) {
  // A hundred thousand images, and seeds that agree: the interval is narrow.
  RunList runs;
  for (int seed = 0; seed < 4; ++seed) {
    runs.push_back(trained("dense", seed, 0.85 + 0.001 * seed, 1'000'000));
    runs.push_back(trained("int4", seed, 0.848 + 0.001 * seed, 1'000'000));
  }
  const Overview decided = overviewOf(runs);
  EXPECT_TRUE(decided.headline.contains("4 seeds: within 1 point, with 95 %"))
      << decided.headline.toStdString();
  EXPECT_FALSE(decided.form);
  OverviewQuery narrow;
  narrow.lostPoints = 0.205;
  EXPECT_TRUE(overviewOf(runs, narrow).headline.contains("4 seeds: not decided"))
      << overviewOf(runs, narrow).headline.toStdString();
}

TEST(OverviewModel, ObeysTheLimits) {
  OverviewQuery query;
  query.lostPoints = 0.1;
  const Overview none = overviewOf(pairs(2), query);
  EXPECT_TRUE(none.headline.startsWith("Keep dense"));
  EXPECT_TRUE(none.headline.contains("lose at most 0.1 points"));
  EXPECT_EQ(none.isWithin, std::vector<bool>({false, false}));
  query.lostPoints = 1;
  query.stepRatio = 0.1;
  EXPECT_TRUE(overviewOf(pairs(2), query).headline.contains("a step of at most 0.1x"));
  query.stepRatio = 0.2;
  query.peakRatio = 0.9;
  EXPECT_TRUE(overviewOf(pairs(2), query).headline.startsWith("Take int4"));
  query.peakRatio = 0.1;
  EXPECT_TRUE(overviewOf(pairs(2), query).headline.contains("a peak of at most 10 % of dense"));
}

TEST(OverviewModel, AnswersForOneTraining) {
  RunList runs = pairs(1);
  RunRecord longer = madeRun("int8", 8, 0.8);
  longer.config.epochs = 99;
  auto entry = std::make_shared<RunEntry>(*runs.front());
  entry->key = entry->name = "longer";
  entry->setConfig(longer.config);
  entry->summary = longer.summary;
  runs.push_back(entry);
  const Overview usual = overviewOf(runs);
  ASSERT_EQ(usual.trainings.size(), 2);
  EXPECT_EQ(usual.shown.size(), 2U);
  OverviewQuery query;
  query.training = usual.trainings.back();
  const Overview other = overviewOf(runs, query);
  EXPECT_EQ(other.shown.size(), 1U);
  EXPECT_FALSE(other.hasDense);
  EXPECT_TRUE(other.headline.startsWith("int8")) << other.headline.toStdString();
  EXPECT_TRUE(other.next.contains("train dense alike"));
}

TEST(OverviewModel, TellsWhatThereIsWithoutDense) {
  const Overview alone = overviewOf({trained("int4", 0, 0.8)});
  EXPECT_TRUE(alone.headline.contains("keeps 2.34 MiB for backward, 7.69x fewer than dense would."))
      << alone.headline.toStdString();
  EXPECT_TRUE(overviewOf({trained("int4", 0, 0.8), trained("int8", 0, 0.8)})
                  .headline.contains("keeps fewest bytes"));
  EXPECT_EQ(overviewOf({}).headline, "No run is open.");
  auto running = std::make_shared<RunEntry>(*trained("int4", 0, 0.8));
  running->status = EntryStatus::running;
  EXPECT_EQ(overviewOf({running}).headline, "None of 1 runs has ended yet.");
}

TEST(OverviewModel, OfAPythonRunNamesItsLayersAndWhatHelps) {
  RunRecord record = madeRun("dense", 16, 0);
  record.model_kind = ModelKind::python;
  record.config = RunConfig();
  record.config.model = "net";
  record.config.known_fields = {"model"};
  record.layers = {{"blocks.0.up", record.layers[1].slots},
                   {"blocks.1.up", record.layers[1].slots},
                   {"head", {record.layers[1].slots[0]}}};
  auto entry = std::make_shared<RunEntry>(*trained("dense", 0, 0.8));
  entry->name = "net";
  entry->setConfig(record.config);
  entry->record = std::make_shared<RunRecord>(record);
  const Overview overview = overviewOf({entry});
  EXPECT_TRUE(overview.headline.startsWith("net keeps 18.0 MiB for backward"));
  EXPECT_TRUE(overview.reasons.contains("net keeps most in blocks.*.up 95 %, head 5 %."))
      << overview.reasons.join('\n').toStdString();
  EXPECT_TRUE(overview.next.contains("actscope.compress(model)"));
  EXPECT_FALSE(overview.form);
}

TEST(OverviewModel, OfBenchmarksSaysHowOftenTheyWin) {
  auto bench = std::make_shared<BenchEntry>();
  bench->record = std::make_shared<KernelsBenchRecord>(test::madeBench());
  Documents documents;
  documents.benches = {bench};
  const Overview overview = overviewOf({}, {}, documents);
  EXPECT_TRUE(overview.headline.startsWith("Block-sparse gradients are faster"))
      << overview.headline.toStdString();
}

TEST(OverviewModel, GivesReasonsThatWereMeasured) {
  RunRecord record = madeRun("int4-bsr", 8, 0.8);
  record.gradients = {{"blocks.0", "fc1.weight", 0.02, 1}, {"blocks.1", "fc2.weight", 0.13, 0.9}};
  record.summary.residual_bytes = Measured<std::int64_t>::of(2048);
  record.warnings = {"the clock stepped"};
  auto entry = std::make_shared<RunEntry>(*trained("int4-bsr", 0, 0.8));
  entry->record = std::make_shared<RunRecord>(record);
  const ConfigurationList all = configurationsOf({trained("dense", 0, 0.85), entry});
  const QString text = reasonsOf(all[1], &all[0]).join('\n');
  EXPECT_TRUE(text.contains("Dense keeps most in h 44 %, u 44 %, x 11 %.")) << text.toStdString();
  EXPECT_TRUE(text.contains("of its norm."));
  EXPECT_TRUE(text.contains("fc2.weight in blocks.1, off by 13 %")) << text.toStdString();
  EXPECT_TRUE(text.contains("2.00 KiB of what is kept nothing explains"));
  EXPECT_TRUE(text.contains("the clock stepped"));
}

TEST(OverviewModel, SetsUpTheSweepThatDecides) {
  RunRecord record = madeRun("int4-bsr", 16, 0.75);
  record.config.optimizer = "lamb";
  record.config.slot_overrides = {"blocks.0.h=int8", "blocks.*.u=keep"};
  record.config.augment = false;
  const RunForm form = sweepOf(record.config, {"1", "2"});
  EXPECT_EQ(faultOf(form), "");
  const QString line = shellLine("actscope", argumentsOf(form));
  for (const char* words :
       {"actscope sweep", "--schemes int4-bsr", "--blocks 16x16", "--sparsities 0.75",
        "--seeds 1,2", "--epochs 8", "--dim 64", "--depth 2", "--optimizer lamb",
        "--slot blocks.0.h=int8", "--slot 'blocks.*.u=keep'", "--no-augment"}) {
    EXPECT_TRUE(line.contains(words)) << words << " in " << line.toStdString();
  }
}

TEST(OverviewModel, TableHasThoseWithinTheLimitsFirst) {
  TableModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  fillOverviewTable(model, overviewOf(pairs(2)));
  ASSERT_EQ(model.rowCount(), 2);
  EXPECT_EQ(model.index(0, 0).data().toString(), "int4");
  EXPECT_EQ(model.index(0, 1).data().toString(), "yes");
  EXPECT_EQ(model.index(1, 1).data().toString(), "dense");
  EXPECT_EQ(model.index(0, 0).data(keyRole).toString(), "int4-0");
  fillOverviewTable(model, {});
  EXPECT_EQ(model.rowCount(), 0);
}

class OverviewPage : public test::MadeRuns {
 protected:
  void SetUp() override {
    MadeRuns::SetUp();
    page = std::make_unique<OverviewView>(store, selection);
    page->resize(1000, 560);
    page->show();
    QTest::qWait(20);
  }
  std::unique_ptr<OverviewView> page;
};

TEST_F(OverviewPage, FollowsItsSliders) {
  const QString first = page->findChild<QLabel*>("headline")->text();
  EXPECT_TRUE(first.startsWith("Take ")) << first.toStdString();
  for (QSlider* slider : page->findChildren<QSlider*>()) {
    EXPECT_FALSE(slider->accessibleName().isEmpty());
    slider->setValue(slider->minimum());
  }
  QTest::qWait(20);
  EXPECT_TRUE(page->findChild<QLabel*>("headline")->text().startsWith("Keep dense"));
  EXPECT_EQ(page->table().rowCount(), static_cast<int>(page->shown().shown.size()));
}

TEST_F(OverviewPage, AsksForTheRunThatDecides) {
  QSignalSpy asked(page.get(), &OverviewView::formAsked);
  ASSERT_TRUE(page->shown().form);
  QTest::mouseClick(page->findChild<QPushButton*>(), Qt::LeftButton);
  EXPECT_EQ(asked.count(), 1);
}

}  // namespace
}  // namespace actscope::gui
