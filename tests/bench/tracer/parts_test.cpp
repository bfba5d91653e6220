// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>

#include "actscope/base/error.hpp"
#include "tracer/call_costs.hpp"
#include "tracer/trace_size.hpp"

namespace actscope::bench {
namespace {

TEST(CallCost, IsTheMedianWithItsGoal) {
  const TracerCallCost cost = call_cost("a", "b", {3, 1, 2, 5, 4, 6, 7}, 10);
  EXPECT_EQ(cost.time_ns.ratio.value, 4);
  EXPECT_EQ(cost.time_ns.low.value, 1);
  EXPECT_EQ(cost.time_ns.high.value, 7);
  EXPECT_EQ(cost.samples, 7);
  EXPECT_EQ(cost.verdict, GoalVerdict::met);
  EXPECT_EQ(call_cost("a", "b", {1, 2}).verdict, GoalVerdict::none);
  EXPECT_EQ(call_cost("a", "b", {1, 2}).goal_ns.reason, "no goal is set");
}

TEST(ScopeCosts, MeasuresEveryKindOfCall) {
  std::vector<std::string> names;
  for (const TracerCallCost& cost : scope_costs(6)) {
    names.push_back(cost.name);
    EXPECT_EQ(cost.samples, 6) << cost.name;
    EXPECT_TRUE(cost.time_ns.low.value) << cost.name;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"scope_off", "scope_on", "layer_scope_on",
                                             "allocation_on", "clock_read"}));
}

TEST(TemporaryFolder, GoesWithWhatLiesInIt) {
  std::filesystem::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    std::ofstream(path / "file") << "text";
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(CountingSink, CountsWhatItWrites) {
  const TemporaryFolder folder;
  CountingSink sink(folder.path());
  TraceBatch batch;
  batch.new_names = {"", "step"};
  batch.scopes.resize(2);
  batch.memory.resize(3);
  batch.counters.resize(1);
  batch.ledger.resize(1);
  LedgerRecord graph;
  graph.storages.resize(1);
  graph.storages[0].holders.resize(2);
  batch.graphs = {graph};
  sink.write(batch);
  sink.finish({});
  EXPECT_EQ(sink.events(), 2 + 3 + 1 + 1 + 1 + 2);
  const TracerFileSize row =
      file_size_of("trace.db", TracerKind::level, folder.path() / "trace.db", sink.events());
  EXPECT_GT(row.bytes, 0);
  EXPECT_EQ(row.bytes_per_event, static_cast<double>(row.bytes) / 10);
  EXPECT_EQ(row.verdict, GoalVerdict::missed) << "an almost empty database is all overhead";
}

TEST(FileSizeOf, AMissingFileIsAnError) {
  const TemporaryFolder folder;
  EXPECT_THROW(file_size_of("x", TracerKind::rival, folder.path() / "none", 1), EnvironmentError);
}

}  // namespace
}  // namespace actscope::bench
