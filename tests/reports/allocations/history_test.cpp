// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/allocations/history.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/reports/allocations/curve.hpp"
#include "actscope/reports/trace/export.hpp"
#include "actscope/reports/trace/files.hpp"
#include "allocations/sources.hpp"
#include "snapshot/made_snapshot.hpp"

namespace actscope::reports {
namespace {

using test::MadeEvent;

AllocationHistory history_of(const std::vector<MadeEvent>& events,
                             const std::vector<MadeEvent>& live = {}) {
  return allocations_of_snapshot(
      read_snapshot_bytes(test::made_snapshot(events, live), "a.pickle"));
}

const Allocation& block_of(const AllocationHistory& history, std::int64_t bytes) {
  for (const Allocation& block : history.blocks) {
    if (block.bytes == bytes) return block;
  }
  static const Allocation none;
  ADD_FAILURE() << "no block of " << bytes;
  return none;
}

const std::vector<std::pair<std::string, std::string>> forward = {
    {"/x/torch/nn/functional.py", "linear"},
    {"/home/net.py", "forward"},
    {"/x/torch/nn/modules/module.py", "_call_impl"}};
const std::vector<std::pair<std::string, std::string>> backward = {
    {"/x/torch/autograd/graph.py", "_engine_run_backward"}, {"/home/train.py", "main"}};
const std::vector<std::pair<std::string, std::string>> optimizer = {
    {"/x/torch/optim/adam.py", "step"}, {"/home/train.py", "main"}};
const std::vector<std::pair<std::string, std::string>> setup = {
    {"/x/torch/nn/modules/linear.py", "__init__"}, {"/home/net.py", "__init__"}};

// One step of a layer; each block has a number of bytes of its own.
std::vector<MadeEvent> one_step() {
  return {{"alloc", 0x1000, 100, 10, setup},
          {"alloc", 0x2000, 20, 20, forward},
          {"alloc", 0x3000, 31, 21, forward},
          {"free_requested", 0x3000, 31, 22, {}},
          {"free_completed", 0x3000, 31, 23, {}},
          {"alloc", 0x4000, 7, 24, forward},
          {"alloc", 0x5000, 101, 30, {}},  // a thread of the engine
          {"alloc", 0x6000, 45, 31, backward},
          {"free_requested", 0x6000, 45, 32, {}},
          {"free_requested", 0x2000, 20, 33, backward},
          {"alloc", 0x7000, 202, 40, optimizer},
          {"free_requested", 0x4000, 7, 50, setup},
          {"oom", 0, 0, 60, {}}};
}

TEST(Allocations, KnowsWhatASnapshotsBlocksAreFor) {
  const AllocationHistory history = history_of(one_step());
  using enum MemoryCategory;
  EXPECT_EQ(block_of(history, 100).category, parameter);
  EXPECT_EQ(block_of(history, 20).category, saved_activation);
  EXPECT_EQ(block_of(history, 31).category, workspace);
  EXPECT_EQ(block_of(history, 7).category, other);
  EXPECT_EQ(block_of(history, 101).category, gradient);
  EXPECT_EQ(block_of(history, 45).category, workspace);
  EXPECT_EQ(block_of(history, 202).category, optimizer_state);
  EXPECT_EQ(history.skipped_events, 1);
}

TEST(Allocations, FindsWhatOutlivesBackward) {
  const AllocationHistory history = history_of(one_step());
  for (const Allocation& block : history.blocks) {
    EXPECT_EQ(block.outlives_backward, block.bytes == 7) << block.bytes;
  }
}

TEST(Allocations, KeepsStacksAndTheLineOfOwnCode) {
  const AllocationHistory history = history_of(one_step());
  const Allocation& block = block_of(history, 20);
  EXPECT_EQ(history.texts[block.layer], "net.py:7 forward");
  const auto lines = history.lines_of_source(block.source);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], "linear  /x/torch/nn/functional.py:7");
  EXPECT_TRUE(history.lines_of_source(0).empty());
  EXPECT_TRUE(history.lines_of_source(12345).empty());
}

TEST(Allocations, TakesWhatWasThereBefore) {
  const AllocationHistory history =
      history_of({{"free_requested", 0x9000, 64, 5, {}}, {"alloc", 0x100, 16, 6, {}}},
                 {{"alloc", 0x100, 16, 0, {}}, {"alloc", 0x8000, 4096, 0, setup}});
  ASSERT_EQ(history.blocks.size(), 3U);
  EXPECT_TRUE(block_of(history, 64).is_before);
  EXPECT_TRUE(block_of(history, 4096).is_before);
  EXPECT_EQ(block_of(history, 4096).category, MemoryCategory::parameter);
  EXPECT_EQ(block_of(history, 4096).end, never);
  EXPECT_FALSE(block_of(history, 16).is_before);
}

TEST(Allocations, OfASnapshotWithoutHistory) {
  const AllocationHistory history = history_of({}, {{"alloc", 0x8000, 4096, 0, setup}});
  ASSERT_EQ(history.blocks.size(), 1U);
  EXPECT_EQ(peak_of(history, 0).bytes, 4096);
}

TEST(Allocations, AnOverlapEndsWhatItOverlaps) {
  const AllocationHistory history =
      history_of({{"alloc", 0x100, 64, 1, {}}, {"alloc", 0x120, 8, 2, {}}});
  EXPECT_EQ(block_of(history, 64).end, 1U);
  EXPECT_EQ(peak_of(history, 0).bytes, 64);
}

TEST(Allocations, OfDamagedNumbersDoNotOverflow) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const AllocationHistory history = history_of({{"alloc", 0x100, most, -most, {}},
                                                {"alloc", -1, 8, most, {}},
                                                {"free_requested", 0x100, most, most, {}}},
                                               {{"alloc", 0x500, most, 0, {}}});
  EXPECT_EQ(history.skipped_events, 2);
  EXPECT_EQ(peak_of(history, 0).bytes, 8);
  const std::vector<std::uint8_t> all(history.blocks.size(), 0);
  EXPECT_EQ(live_curve(history, 0, all, 1, history.times_ns[0], most / 2, 10).total(9), 8);
}

TraceBatch traced() {
  TraceBatch batch;
  batch.new_names = {"", "blocks.0", "h", "aten::linear", "saved_dense_bytes"};
  batch.scopes = {{0, 100, 1, 0, 0, 0, 0, ScopeKind::step, Phase::other},
                  {9, 13, 1, 3, 1, 2, 0, ScopeKind::op, Phase::forward},
                  {300, 400, 3, 0, 0, 0, 0, ScopeKind::step, Phase::other}};
  const auto at = [](std::int32_t step, Phase phase) { return TracePlace{step, 1, 2, phase}; };
  batch.memory = {{10, 0x100, 64, 1064, at(1, Phase::forward)},
                  {20, 0x200, 32, 1096, at(1, Phase::backward)},
                  {30, 0x900, -500, 596, at(1, Phase::backward)},
                  {40, 0x100, -64, 532, at(1, Phase::backward)},
                  {310, 0x300, 16, 916, at(3, Phase::forward)},
                  {320, 0x300, -16, 900, at(3, Phase::forward)}};
  batch.counters = {{15, 4096, 4}};
  return batch;
}

TEST(Allocations, OfATraceHaveLayersOperatorsAndGaps) {
  const AllocationHistory history = allocations_of_trace({{}, traced()});
  const Allocation& saved = block_of(history, 64);
  EXPECT_EQ(saved.category, MemoryCategory::saved_activation);
  EXPECT_EQ(history.texts[saved.layer], "blocks.0");
  const std::vector<std::string> lines = {"aten::linear", "slot h", "layer blocks.0", "forward"};
  EXPECT_EQ(history.lines_of_source(saved.source), lines);
  EXPECT_EQ(history.lines_of_source(block_of(history, 32).source).front(), "slot h");
  EXPECT_EQ(block_of(history, 32).category, MemoryCategory::gradient);
  EXPECT_EQ(history.dense_saved_bytes, 4096);
  ASSERT_EQ(history.steps.size(), 2U);
  // 1000 bytes were there; 500 of them were freed. 900 were there when recording went on.
  EXPECT_EQ(block_of(history, 500).category, MemoryCategory::saved_activation);
  EXPECT_EQ(history.time_of(block_of(history, 500).end), 30);
  const std::vector<std::uint8_t> all(history.blocks.size(), 0);
  const LiveCurve curve = live_curve(history, host_memory, all, 1, 10, 320, 310);
  EXPECT_EQ(curve.total(0), 1064);
  EXPECT_EQ(curve.total(10), 1096);
  EXPECT_EQ(curve.total(25), 596);
  EXPECT_EQ(curve.total(35), 900);
  EXPECT_EQ(curve.total(301), 916);
  EXPECT_EQ(peak_of(history, host_memory).bytes, 1096);
}

TEST(Allocations, NameTheGpuWithMostBytesFirst) {
  TraceBatch batch = traced();
  batch.memory[0].device = 0;
  batch.memory[1].device = 1;
  batch.memory[2].device = 1;
  const std::vector<std::int8_t> devices = {1, 0, host_memory};
  EXPECT_EQ(allocations_of_trace({{}, batch}).devices(), devices);
  EXPECT_EQ(allocations_of_trace({{}, traced()}).devices(), std::vector{host_memory});
}

TEST(Allocations, ReportsDivideWhatWasThereBefore) {
  AllocationHistory history = allocations_of_trace({{}, traced()});
  MemoryRecord memory;
  memory.composition = {{MemoryCategory::parameter, "stem", 300, 2},
                        {MemoryCategory::workspace, "stem", 30, 2},
                        {MemoryCategory::optimizer_state, "", 100000, 1}};
  const std::int64_t before = peak_of(history, host_memory).bytes;
  divide_before(history, memory);
  EXPECT_EQ(peak_of(history, host_memory).bytes, before);
  EXPECT_EQ(block_of(history, 300).category, MemoryCategory::parameter);
  EXPECT_EQ(history.texts[block_of(history, 300).layer], "stem");
}

TEST(Allocations, AreReadFromBothKindsOfFile) {
  const std::string folder = testing::TempDir() + "/allocations";
  std::filesystem::create_directories(folder);
  TraceBatch batch = traced();
  for (MemoryEvent& event : batch.memory) event.device = 0;
  LedgerRecord ledger;
  ledger.step = 1;
  LedgerStorage storage;
  storage.allocator_bytes = 64;
  LedgerHolder holder;
  holder.layer = "blocks.0";
  holder.slot = "h";
  holder.node = "AddmmBackward0";
  holder.member = "mat1";
  storage.holders.push_back(holder);
  ledger.storages.push_back(storage);
  batch.graphs.push_back(ledger);
  const auto files = make_trace_files(folder, {});
  files->write(batch);
  files->finish({});
  const AllocationHistory traced_blocks = read_allocations(folder + "/trace.db");
  ASSERT_EQ(traced_blocks.holders.size(), 1U);
  EXPECT_EQ(traced_blocks.holders[0].text, "AddmmBackward0 mat1, slot h");
  std::ofstream(folder + "/memory.pickle", std::ios::binary)
      << export_trace(folder + "/trace.db", TraceFormat::memory);
  const AllocationHistory pickled = read_allocations(folder + "/memory.pickle");
  for (const std::int64_t bytes : {64, 32, 16}) {
    const Allocation &a = block_of(traced_blocks, bytes), &b = block_of(pickled, bytes);
    EXPECT_EQ(a.category, b.category) << bytes;
    EXPECT_EQ(a.step, b.step) << bytes;
    EXPECT_EQ(traced_blocks.texts[a.layer], pickled.texts[b.layer]) << bytes;
  }
  EXPECT_THROW(read_allocations(folder + "/trace.db", [](double) { return false; }), RunError);
  EXPECT_THROW(read_allocations(folder + "/none"), DataError);
}

}  // namespace
}  // namespace actscope::reports
