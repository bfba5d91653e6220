// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "app/theme.hpp"
#include "golden_picture.hpp"
#include "gui_support.hpp"
#include "models/folded_name.hpp"
#include "models/ledger_boxes.hpp"
#include "models/ledger_rows.hpp"
#include "models/treemap.hpp"
#include "views/ledger_view.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

LedgerHolder holder(const std::string& layer, const std::string& node, const std::string& member,
                    std::int64_t rows) {
  LedgerHolder one;
  one.node = node;
  one.member = member;
  one.layer = layer;
  one.dtype = "float";
  one.sizes = {rows, 256};
  one.tensor_bytes = rows * 1024;
  return one;
}

LedgerStorage storage(std::vector<LedgerHolder> holders) {
  LedgerStorage one;
  one.storage_bytes = one.allocator_bytes = holders.front().tensor_bytes;
  one.holders = std::move(holders);
  return one;
}

// Blocks of a decoder; `shrunk` times fewer rows in what the activations keep.
RunRecord keptBy(std::int64_t shrunk) {
  RunRecord run;
  run.model_kind = ModelKind::python;
  run.config.trace = "ledger";
  LedgerRecord& ledger = run.ledger.emplace();
  ledger.live_bytes = Measured<std::int64_t>::of(0);
  ledger.residual_bytes = Measured<std::int64_t>::of(512);
  for (const std::string block : {"blocks.0", "blocks.1"}) {
    ledger.storages.push_back(
        storage({holder(block + ".norm", "NativeLayerNormBackward0", "input", 64),
                 holder(block, "AddBackward0", "self", 64)}));
    ledger.storages.push_back(
        storage({holder(block + ".act", "GeluBackward0", "self", 256 / shrunk)}));
  }
  ledger.storages.back().unused_bytes = 1024;
  LedgerStorage older = storage({holder("blocks.1", "MulBackward0", "other", 8)});
  older.is_older = true;
  ledger.storages.push_back(older);
  return run;
}

RunPointer entryOf(RunRecord record, const QString& name) {
  auto entry = std::make_shared<RunEntry>();
  entry->key = entry->name = name;
  entry->config = record.config;
  entry->status = EntryStatus::completed;
  entry->record = std::make_shared<const RunRecord>(std::move(record));
  return entry;
}

TEST(FoldedName, PutsAStarForNumbers) {
  EXPECT_EQ(foldedName("blocks.11.up"), "blocks.*.up");
  EXPECT_EQ(foldedName("norm1"), "norm1");
  EXPECT_EQ(foldedName(""), "");
}

TEST(Treemap, DividesTheWholeInProportion) {
  const QRectF whole(3, 5, 300, 200);
  const std::vector<double> values{6, 0, 6, 4, 3, 2, 2, 1, -1, NAN};
  const auto boxes = treemapOf(values, whole);
  ASSERT_EQ(boxes.size(), 7U);
  double area = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const QRectF& rect = boxes[i].rect;
    EXPECT_NEAR(rect.width() * rect.height(), values[boxes[i].item] / 24 * 60000, 1e-6);
    EXPECT_TRUE(whole.adjusted(-1e-9, -1e-9, 1e-9, 1e-9).contains(rect));
    EXPECT_LT(std::max(rect.width() / rect.height(), rect.height() / rect.width()), 4);
    area += rect.width() * rect.height();
    for (std::size_t j = 0; j < i; ++j) {
      const QRectF both = rect.intersected(boxes[j].rect);
      EXPECT_LT(both.width() * both.height(), 1e-6);
    }
  }
  EXPECT_NEAR(area, 60000, 1e-6);
}

TEST(Treemap, OfNothingIsNothing) {
  EXPECT_TRUE(treemapOf({}, {0, 0, 10, 10}).empty());
  EXPECT_TRUE(treemapOf({0, -2, NAN, INFINITY}, {0, 0, 10, 10}).empty());
  EXPECT_TRUE(treemapOf({1}, {0, 0, 0, 10}).empty());
  ASSERT_EQ(treemapOf({1}, {0, 0, 10, 10}).size(), 1U);
  EXPECT_EQ(treemapOf({1}, {0, 0, 10, 10})[0].rect, QRectF(0, 0, 10, 10));
}

TEST(LedgerRows, NameEveryHolderOfAStorage) {
  const Ledger ledger =
      ledgerOf(nullptr, entryOf(keptBy(1), "plain"), Side::b, LedgerGrouping::layer);
  ASSERT_EQ(ledger.rows.size(), 5U);
  EXPECT_EQ(ledger.kept, 2 * (256 + 64) * 1024);
  EXPECT_EQ(ledger.rows[0].layer, "blocks.0.act");
  EXPECT_EQ(ledger.rows[0].holder, "Gelu.self");
  EXPECT_EQ(ledger.rows[0].shape, "256x256");
  EXPECT_EQ(ledger.rows[2].also, "blocks.0 Add.self");
  EXPECT_EQ(ledger.rows[4].notes, "older than the step");
  EXPECT_EQ(ledger.rows[4].of(Side::b), 0);
  EXPECT_EQ(
      ledger.summary,
      "640 KiB kept on 5 storages, 2 with several holders, 1.00 KiB pinned by views and read by "
      "nobody, residual 512 B.");
}

TEST(LedgerRows, AreGroupedFourWays) {
  const RunPointer run = entryOf(keptBy(1), "plain");
  const auto groups = [&](LedgerGrouping how) {
    return ledgerOf(run, nullptr, Side::a, how).groups;
  };
  EXPECT_EQ(groups(LedgerGrouping::foldedLayer),
            (QStringList{"blocks.*.act", "blocks.*.norm", "blocks.*"}));
  EXPECT_EQ(groups(LedgerGrouping::holder),
            (QStringList{"Gelu.self", "NativeLayerNorm.input", "Mul.other"}));
  EXPECT_EQ(groups(LedgerGrouping::dtype), QStringList{"float"});
  EXPECT_EQ(groups(LedgerGrouping::layer).size(), 5);
}

TEST(LedgerRows, PairWhatTwoRunsKeepByLayerAndOperator) {
  const Ledger ledger = ledgerOf(entryOf(keptBy(1), "plain"), entryOf(keptBy(4), "codes"),
                                 Side::difference, LedgerGrouping::layer);
  EXPECT_EQ(ledger.kept, -2 * 192 * 1024);
  EXPECT_EQ(ledger.rows[0].of(Side::difference), -192 * 1024);
  EXPECT_EQ(ledger.rows[0].extent(Side::difference), 256 * 1024);
  EXPECT_EQ(ledger.rows[0].holder, "Gelu");
  EXPECT_EQ(ledger.rows[2].of(Side::difference), 0);
  EXPECT_TRUE(ledger.summary.startsWith("B keeps −384 KiB against A"))
      << ledger.summary.toStdString();
}

TEST(LedgerRows, PairSlotsWhereTheyHaveNames) {
  RunRecord plain = keptBy(1), ours = keptBy(1);
  for (RunRecord* run : {&plain, &ours}) run->ledger->storages.resize(1);
  plain.ledger->storages[0].holders[0].slot = "h";
  ours.ledger->storages[0].holders[0].slot = "h";
  ours.ledger->storages[0].holders[0].node = "OurFunction";
  ours.ledger->storages[0].allocator_bytes = 8 * 1024;
  const Ledger ledger = ledgerOf(entryOf(plain, "plain"), entryOf(ours, "ours"), Side::difference,
                                 LedgerGrouping::layer);
  ASSERT_EQ(ledger.rows.size(), 1U);
  EXPECT_EQ(ledger.rows[0].holder, "NativeLayerNorm, OurFunction");
  EXPECT_EQ(ledger.rows[0].of(Side::difference), -56 * 1024);
}

TEST(LedgerRows, SayWhyThereAreNone) {
  EXPECT_TRUE(
      ledgerOf(nullptr, nullptr, Side::a, LedgerGrouping::layer).message.startsWith("Pick A"));
  RunRecord bare = keptBy(1);
  bare.ledger.reset();
  bare.config.trace = "off";
  EXPECT_EQ(
      ledgerOf(entryOf(bare, "bare"), nullptr, Side::a, LedgerGrouping::layer).message,
      "bare has no ledger: it was trained with --trace off; --trace ledger and every level above "
      "read one.");
  auto pending = std::make_shared<RunEntry>();
  pending->name = "pending";
  EXPECT_TRUE(
      ledgerOf(nullptr, pending, Side::b, LedgerGrouping::layer).message.contains("no report"));
}

TEST(LedgerRows, TableKeepsQtsRules) {
  TableModel model;
  const QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
  const RunPointer plain = entryOf(keptBy(1), "plain"), codes = entryOf(keptBy(4), "codes");
  fillLedgerTable(model, ledgerOf(plain, codes, Side::a, LedgerGrouping::layer), Side::a);
  EXPECT_EQ(model.rowCount(), 5);
  EXPECT_EQ(model.index(0, 3).data().toString(), "40.0 %");
  fillLedgerTable(model, ledgerOf(plain, codes, Side::difference, LedgerGrouping::layer),
                  Side::difference);
  EXPECT_EQ(model.index(0, 4).data().toString(), "−192 KiB");
}

TEST(LedgerBoxes, HaveEveryRowOnceAndTheBytesAsAreas) {
  Ledger ledger;
  for (int i = 0; i < 500; ++i) {
    LedgerRow& row = ledger.rows.emplace_back();
    row.group = i % 2 == 0 ? "even" : "odd";
    row.a = i < 10 ? 1000 : 1;
  }
  ledger.groups = {"even", "odd"};
  const LedgerBoxes placed = ledgerBoxes(ledger, Side::a, {0, 0, 200, 100}, 10);
  std::vector<int> seen(ledger.rows.size());
  bool hasShared = false;
  for (const LedgerBox& box : placed.boxes) {
    for (const std::size_t row : box.rows) ++seen[row];
    hasShared |= box.rows.size() > 1;
    EXPECT_TRUE(placed.groups[box.group].adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(box.rect));
  }
  EXPECT_TRUE(hasShared);
  EXPECT_EQ(std::ranges::count(seen, 1), 500);
  for (const QRectF& group : placed.groups)
    EXPECT_NEAR(group.width() * group.height(), 10000, 1e-6);
}

class LedgerPage : public testing::Test {
 protected:
  LedgerPage() {
    folder.writeRun("foreign/plain", keptBy(1));
    folder.writeRun("foreign/codes", keptBy(4));
    store.setInterval(0);
    store.openNow({folder.path()});
    selection.setA(store.named("plain")->key);
    selection.setB(store.named("codes")->key);
    applyTheme(Theme::light);
    view.resize(1000, 560);
    view.show();
    QTest::qWait(50);
    view.refreshNow();
  }
  ~LedgerPage() override { applyTheme(Theme::light); }
  int chosen() { return view.tableView().currentIndex().row(); }

  test::MadeFolder folder;
  RunStore store;
  Selection selection;
  LedgerView view{store, selection};
};

TEST_F(LedgerPage, AClickAndTheArrowsChooseARow) {
  QTest::mouseClick(&view.plot(), Qt::LeftButton, {}, view.largestBox());
  const int first = chosen();
  EXPECT_TRUE(first == 0 || first == 1);  // they are as large
  QTest::keyClick(&view.plot(), Qt::Key_Right);
  EXPECT_EQ(chosen(), first + 1);
  for (int i = 0; i < 3; ++i) QTest::keyClick(&view.plot(), Qt::Key_Left);
  EXPECT_EQ(chosen(), 0);
  view.refreshNow();
  EXPECT_EQ(chosen(), 0);  // drawing anew does not lose it
}

TEST_F(LedgerPage, FollowsGroupingAndSide) {
  EXPECT_TRUE(view.message().startsWith("256 KiB kept on 5 storages"));
  selection.setSide(Side::a);
  view.findChild<QComboBox*>()->setCurrentIndex(1);
  view.refreshNow();
  EXPECT_TRUE(view.message().startsWith("640 KiB kept on 5 storages"));
}

TEST_F(LedgerPage, LooksAsBefore) {
  selection.setSide(Side::a);
  view.refreshNow();
  test::expectPicture("ledger-light", view.grab().toImage());
  selection.setSide(Side::difference);
  applyTheme(Theme::dark);
  QTest::qWait(50);
  view.refreshNow();
  test::expectPicture("ledger-difference-dark", view.grab().toImage());
}

}  // namespace
}  // namespace actscope::gui
