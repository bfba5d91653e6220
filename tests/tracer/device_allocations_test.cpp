// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/device_allocations.hpp"

#include <gtest/gtest.h>

namespace actscope::tracer {
namespace {

constexpr std::uint64_t address = 0x7f0000000000;

TEST(DeviceAllocations, AnAllocationBeginsBothLives) {
  DeviceAllocations allocations;
  allocations.set_live_bytes(1, 1000);
  const std::optional<MemoryEvent> event =
      allocations.add({BlockChange::allocated, 1, address, 300});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->address, address);
  EXPECT_EQ(event->bytes, 300);
  EXPECT_EQ(event->live_bytes, 1300);
  EXPECT_EQ(event->device, 1);
  EXPECT_EQ(event->life, MemoryLife::whole);
}

TEST(DeviceAllocations, TheOwnersLifeEndsBeforeThatOfTheMemory) {
  DeviceAllocations allocations;
  allocations.add({BlockChange::allocated, 0, address, 300});
  const std::optional<MemoryEvent> requested =
      allocations.add({BlockChange::free_requested, 0, address, 300});
  const std::optional<MemoryEvent> other =
      allocations.add({BlockChange::allocated, 0, address + 512, 20});
  const std::optional<MemoryEvent> completed =
      allocations.add({BlockChange::free_completed, 0, address, 300});
  ASSERT_TRUE(requested && other && completed);
  EXPECT_EQ(requested->life, MemoryLife::logical);
  EXPECT_EQ(requested->bytes, -300);
  EXPECT_EQ(requested->live_bytes, 0);
  EXPECT_EQ(completed->life, MemoryLife::physical);
  EXPECT_EQ(completed->bytes, -300);
  EXPECT_EQ(completed->live_bytes, 20) << "what owners hold does not change any more";
  EXPECT_EQ(allocations.live_bytes(0), 20);
}

TEST(DeviceAllocations, DevicesCountApart) {
  DeviceAllocations allocations;
  allocations.add({BlockChange::allocated, 0, address, 300});
  allocations.add({BlockChange::allocated, 127, address, 40});
  EXPECT_EQ(allocations.live_bytes(0), 300);
  EXPECT_EQ(allocations.live_bytes(127), 40);
  EXPECT_EQ(allocations.live_bytes(1), 0);
}

TEST(DeviceAllocations, WhatCannotBeIsNoRecord) {
  DeviceAllocations allocations;
  allocations.set_live_bytes(-1, 7);
  for (const BlockEntry& entry :
       {BlockEntry{BlockChange::allocated, -1, address, 300},
        BlockEntry{BlockChange::allocated, DeviceAllocations::most_devices, address, 300},
        BlockEntry{BlockChange::free_requested, 0, address, -1}}) {
    EXPECT_FALSE(allocations.add(entry));
  }
  EXPECT_EQ(allocations.live_bytes(0), 0);
  EXPECT_EQ(allocations.live_bytes(-1), 0);
}

TEST(DeviceAllocations, LiveMemoryIsWhatHasAnOwner) {
  const std::vector<LiveMemory> live = live_memory(
      {{1000, {}},
       {4096, {{512, 300, true}, {1024, 0, false}, {512, 512, true}, {2048, 1500, false}}},
       {65536, {{2048, 2000, true}}}});
  ASSERT_EQ(live.size(), 3U);
  EXPECT_EQ(live[0].address, 4096U);
  EXPECT_EQ(live[0].bytes, 300);
  EXPECT_EQ(live[1].address, 4096U + 512 + 1024);
  EXPECT_EQ(live[1].bytes, 512);
  EXPECT_EQ(live[2].address, 65536U);
}

}  // namespace
}  // namespace actscope::tracer
