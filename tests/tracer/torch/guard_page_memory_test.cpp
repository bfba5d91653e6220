// SPDX-License-Identifier: Apache-2.0
#include "guard_page_memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

namespace actscope::tracer {
namespace {

using Bytes = volatile unsigned char*;

constexpr std::size_t alignment = GuardPageMemory::alignment;

std::size_t page_bytes() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

Bytes take(GuardPageMemory& memory, std::size_t bytes) {
  return static_cast<Bytes>(memory.allocate(bytes));
}

void give_back(GuardPageMemory& memory, Bytes block) {
  ASSERT_TRUE(memory.release(const_cast<unsigned char*>(block)));
}

class GuardPageMemorySizes : public testing::TestWithParam<std::size_t> {};

TEST_P(GuardPageMemorySizes, ABlockIsAlignedWholeAndNoNumber) {
  GuardPageMemory memory;
  Bytes block = take(memory, GetParam());
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0U);
  EXPECT_EQ(block[0], 0xFF);
  EXPECT_EQ(block[GetParam() - 1], 0xFF);
  for (std::size_t i = 0; i < GetParam(); ++i) block[i] = static_cast<unsigned char>(i);
  give_back(memory, block);
  EXPECT_EQ(memory.counters().guarded_blocks, 1);
  EXPECT_EQ(memory.counters().refused_blocks, 0);
}

TEST_P(GuardPageMemorySizes, BeyondTheSlackNothingCanBeTouched) {
  GuardPageMemory memory;
  Bytes block = take(memory, GetParam());
  const std::size_t room = (GetParam() + alignment - 1) / alignment * alignment;
  EXPECT_EXIT(block[room] = 1, testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT((void)block[room], testing::KilledBySignal(SIGSEGV), "");
  Bytes before = block - (reinterpret_cast<std::uintptr_t>(block) % page_bytes()) - 1;
  EXPECT_EXIT(*before = 1, testing::KilledBySignal(SIGSEGV), "");
  give_back(memory, block);
}

// The nearest byte on either side: in the slack it shows when the block is given back, else at
// once.
TEST_P(GuardPageMemorySizes, AWriteOfTheNextByteIsSeen) {
  const auto write_behind = [](std::size_t bytes) {
    GuardPageMemory memory;
    Bytes block = take(memory, bytes);
    block[bytes] = 0;
    give_back(memory, block);
    std::_Exit(0);
  };
  const auto write_before = [](std::size_t bytes) {
    GuardPageMemory memory;
    Bytes block = take(memory, bytes);
    block[-1] = 0;
    give_back(memory, block);
    std::_Exit(0);
  };
  const auto is_seen = [](int status) { return WIFSIGNALED(status); };
  EXPECT_EXIT(write_behind(GetParam()), is_seen, "");
  EXPECT_EXIT(write_before(GetParam()), is_seen, "");
}

INSTANTIATE_TEST_SUITE_P(Sizes, GuardPageMemorySizes,
                         testing::Values(1, 4, 63, 64, 65, 1000, 4095, 4096, 4097, 70000, 1 << 20));

TEST(GuardPageMemory, SaysWhereItWasWritten) {
  EXPECT_DEATH(
      {
        GuardPageMemory memory;
        Bytes block = take(memory, 100);
        block[102] = 7;
        memory.release(const_cast<unsigned char*>(block));
      },
      "written 2 bytes behind a block of 100 bytes");
  EXPECT_DEATH(
      {
        GuardPageMemory memory;
        Bytes block = take(memory, 100);
        block[-12] = 7;
        memory.release(const_cast<unsigned char*>(block));
      },
      "written 12 bytes before a block of 100 bytes");
}

TEST(GuardPageMemory, WhatWasGivenBackCannotBeTouchedForAWhile) {
  GuardPageMemory memory({.live_blocks = 10, .returned_blocks = 2});
  Bytes block = take(memory, 640);
  give_back(memory, block);
  EXPECT_EXIT((void)block[5], testing::KilledBySignal(SIGSEGV), "");
  for (int i = 0; i < 100; ++i) give_back(memory, take(memory, 640));  // the oldest go
  EXPECT_EQ(memory.counters().guarded_blocks, 101);
}

TEST(GuardPageMemory, ALimitIsRefusedAndCounted) {
  GuardPageMemory memory({.live_blocks = 2, .returned_blocks = 2});
  Bytes first = take(memory, 10);
  Bytes second = take(memory, 10);
  EXPECT_EQ(take(memory, 10), nullptr);
  EXPECT_EQ(memory.counters().refused_blocks, 1);
  give_back(memory, first);
  Bytes third = take(memory, 10);
  EXPECT_NE(third, nullptr);
  give_back(memory, second);
  give_back(memory, third);
  EXPECT_EQ(memory.allocate(SIZE_MAX - 1), nullptr);
  EXPECT_EQ(memory.counters().refused_blocks, 2);
}

TEST(GuardPageMemory, NothingIsNoBlockAndOthersAreNotOurs) {
  GuardPageMemory memory;
  EXPECT_EQ(memory.allocate(0), nullptr);
  int other = 0;
  EXPECT_FALSE(memory.release(&other));
  EXPECT_FALSE(memory.release(nullptr));
  EXPECT_EQ(memory.counters().refused_blocks, 0);
}

TEST(GuardPageMemory, ServesManyThreads) {
  GuardPageMemory memory({.live_blocks = 4096, .returned_blocks = 8});
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id) {
    threads.emplace_back([&memory, id] {
      for (int i = 0; i < 200; ++i) {
        const auto bytes = static_cast<std::size_t>(100 * id + i + 1);
        void* block = memory.allocate(bytes);
        std::memset(block, id, bytes);
        memory.release(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory.counters().guarded_blocks, 800);
}

}  // namespace
}  // namespace actscope::tracer
