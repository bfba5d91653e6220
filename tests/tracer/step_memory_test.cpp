// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/step_memory.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

MemoryEvent allocated(std::int32_t step, std::uint64_t address, std::int64_t bytes,
                      std::int8_t device = host_memory) {
  MemoryEvent event;
  event.address = address;
  event.bytes = bytes;
  event.place.step = step;
  event.device = device;
  return event;
}

TEST(StepMemory, ExplainsNothingBeforeItBegins) {
  StepMemory memory;
  EXPECT_FALSE(memory.has_begun());
  EXPECT_FALSE(memory.explain());
  EXPECT_FALSE(memory.mark(nullptr, MemoryCategory::parameter));
}

TEST(StepMemory, KeepsOneStepOnOneDevice) {
  StepMemory memory;
  memory.begin(3, host_memory, {{0x1, 100}});
  TraceBatch batch;
  batch.memory = {allocated(3, 0x10, 40), allocated(2, 0x20, 7), allocated(3, 0x30, 5, 0)};
  memory.write(batch);
  ASSERT_TRUE(memory.explain());
  EXPECT_EQ(memory.explain()->record.peak.bytes, 140);
  EXPECT_EQ(memory.explain()->record.step, 3);
}

TEST(StepMemory, BegunAgainItKeepsTheNewStep) {
  StepMemory memory;
  memory.begin(0, host_memory, {{0x1, 100}});
  memory.begin(1, host_memory, {{0x1, 20}});
  EXPECT_EQ(memory.mark(reinterpret_cast<const void*>(0x1), MemoryCategory::parameter), 0U);
  EXPECT_EQ(memory.explain()->record.peak.bytes, 20);
}

}  // namespace
}  // namespace actscope::tracer
