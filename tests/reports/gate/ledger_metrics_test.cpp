// SPDX-License-Identifier: Apache-2.0
// Moves planted in a ledger at equal totals: each is a difference that fails the gate.
#include "gate/ledger_metrics.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "support.hpp"

namespace actscope::reports::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RunRecord with_ledger(RunRecord record = small_run()) {
  record.ledger = small_ledger();
  return record;
}

// The storage of 400 bytes that the ReLU of blocks.0 owns and three others share.
LedgerStorage& shared_storage(RunRecord& record) {
  return record.ledger->storages.at(1);
}

TEST(GateLedger, ALedgerAgainstItselfIsAllTheSame) {
  for (const RunRecord& record : {with_ledger(), foreign_run(), foreign_run(ModelKind::python)}) {
    const GateResult result = judged(record, record);
    EXPECT_EQ(result.verdict, GateVerdict::same);
    EXPECT_THAT(result.notes, IsEmpty());
    EXPECT_EQ(outcome(result, "ledger.kept_bytes"), "same equal");
    EXPECT_EQ(outcome(result, "ledger.layers.blocks.0.kept_bytes"), "same equal");
    EXPECT_EQ(outcome(result, "ledger.layers.(no layer).kept_bytes"), "same equal");
  }
}

TEST(GateLedger, AStorageThatMovesToAnotherLayerIsADifference) {
  const RunRecord before = with_ledger();
  RunRecord after = before;
  shared_storage(after).holders.front().layer = "tail";
  const GateResult result = judged(before, after);
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "ledger.kept_bytes"), "same equal");
  EXPECT_EQ(outcome(result, "ledger.layers.blocks.0.kept_bytes"), "improved fewer_bytes");
  EXPECT_EQ(outcome(result, "ledger.layers.tail.kept_bytes"), "regressed more_bytes");
  EXPECT_EQ(outcome(result, "ledger.holders.tail.h.ReluBackward0.result.kept_bytes"),
            "regressed more_bytes");
}

TEST(GateLedger, AStorageThatMovesToAnotherHolderIsADifference) {
  const RunRecord before = with_ledger();
  RunRecord after = before;
  std::swap(shared_storage(after).holders[0], shared_storage(after).holders[1]);
  const GateResult result = judged(before, after);
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "ledger.layers.blocks.0.kept_bytes"), "same equal");
  EXPECT_EQ(outcome(result, "ledger.holders.blocks.0.h.ReluBackward0.result.kept_bytes"),
            "improved fewer_bytes");
  EXPECT_EQ(outcome(result, "ledger.holders.blocks.0.u.AddmmBackward0.mat1.kept_bytes"),
            "regressed more_bytes");
}

TEST(GateLedger, ANewHolderOfAnOldStorageIsADifference) {
  const RunRecord before = with_ledger();
  RunRecord after = before;
  shared_storage(after).holders.push_back(
      {"SigmoidBackward0", "result", "tail", "", "float", {5, 20}, 400, {}});
  const GateResult result = judged(before, after);
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "ledger.holders.tail.SigmoidBackward0.result.references"),
            "regressed more");
  const GateResult gone = judged(after, before);
  EXPECT_EQ(gone.verdict, GateVerdict::improved);
  EXPECT_EQ(outcome(gone, "ledger.holders.tail.SigmoidBackward0.result.references"),
            "improved fewer");
}

TEST(GateLedger, AResidualThatAppearsIsADifference) {
  RunRecord before = with_ledger();
  before.ledger->residual_bytes = Measured<std::int64_t>::of(0);
  RunRecord after = before;
  after.ledger->residual_bytes = Measured<std::int64_t>::of(-4);
  EXPECT_EQ(outcome(judged(before, after), "ledger.residual_bytes"), "regressed more_bytes");
  before.config.device = after.config.device = "cuda";  // there an allocator may round
  EXPECT_EQ(outcome(judged(before, after), "ledger.residual_bytes"),
            "inconclusive timing_advisory");
}

TEST(GateLedger, NodesAndTensorsThatCannotBeReadAreDifferences) {
  const RunRecord before = with_ledger();
  RunRecord after = before;
  after.ledger->unknown_nodes.push_back({"Hidden", 1});
  ++after.ledger->skipped.hooked;
  const GateResult result = judged(before, after);
  EXPECT_EQ(result.verdict, GateVerdict::regressed);
  EXPECT_EQ(outcome(result, "ledger.unknown_nodes"), "regressed more");
  EXPECT_EQ(outcome(result, "ledger.unread_tensors"), "regressed more");
}

TEST(GateLedger, ABaselineWithoutALedgerStaysValid) {
  const GateResult result = judged(small_run(), with_ledger());
  EXPECT_EQ(result.verdict, GateVerdict::same);
  EXPECT_EQ(outcome(result, "ledger.kept_bytes"), "new new_metric");
  EXPECT_EQ(find_row(result, "ledger.layers.blocks.0.kept_bytes"), nullptr);
}

TEST(GateLedger, ALedgerThatIsNoLongerReadIsMissing) {
  const GateResult result = judged(with_ledger(), small_run());
  EXPECT_EQ(outcome(result, "ledger.kept_bytes"), "missing missing_in_candidate");
  EXPECT_NE(result.verdict, GateVerdict::same);
}

// Another scheme keeps other things elsewhere; its sums are what counts.
TEST(GateLedger, RunsThatKeepDifferentlyAreComparedBySumsOnly) {
  const RunRecord before = with_ledger(small_run("dense", 600));
  RunRecord after = with_ledger(small_run("exact", 600));
  after.config.dtype = "bf16";
  shared_storage(after).holders.front().layer = "tail";
  const GateResult result = judged(before, after);
  EXPECT_EQ(find_row(result, "ledger.layers.tail.kept_bytes"), nullptr);
  EXPECT_EQ(outcome(result, "ledger.kept_bytes"), "same equal");
  EXPECT_THAT(result.notes, Contains(HasSubstr("layer by layer and holder by holder")));
}

TEST(GateLedger, TheFootprintOfAnotherModelIsJudgedOnce) {
  const GateResult result = judged(foreign_run(), foreign_run());
  for (const GateRow& row : result.rows) {
    EXPECT_FALSE(row.metric.starts_with("layers.")) << row.metric;
  }
  RunRecord without = foreign_run();
  without.ledger.reset();
  EXPECT_NE(find_row(judged(without, without), "layers.blocks.0.h.stored_bytes"), nullptr);
}

TEST(GateLedger, SumsOfAFileEndAtTheLargestNumber) {
  RunRecord record = with_ledger();
  LedgerStorage huge = shared_storage(record);
  huge.allocator_bytes = std::numeric_limits<std::int64_t>::max();
  record.ledger->storages = {huge, huge};
  const GateResult result = judged(record, record);
  EXPECT_EQ(outcome(result, "ledger.layers.blocks.0.kept_bytes"), "same equal");
}

}  // namespace
}  // namespace actscope::reports::test
