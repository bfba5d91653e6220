// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "actscope/base/error.hpp"
#include "snapshot/made_snapshot.hpp"
#include "snapshot/python_pickles.hpp"
#include "snapshot/snapshot.hpp"

namespace actscope::reports {
namespace {

Snapshot read(std::string_view bytes) {
  return read_snapshot_bytes(bytes, "a.pickle");
}

std::string fault_of(std::string_view bytes) {
  try {
    read(bytes);
  } catch (const ReportFormatError& error) {
    return error.what();
  }
  return "none";
}

std::string stack_text(const Snapshot& snapshot, std::uint32_t stack) {
  std::string text;
  const SnapshotRange& row = snapshot.stacks[stack];
  for (std::uint32_t i = 0; i < row.count; ++i) {
    const SnapshotFrame& frame = snapshot.frames[snapshot.stack_frames[row.first + i]];
    text += snapshot.texts[frame.name] + "@" + snapshot.texts[frame.file] + ":" +
            std::to_string(frame.line) + " ";
  }
  return text;
}

TEST(SnapshotReader, ReadsWhatPythonWritesByAnyProtocol) {
  for (const std::string_view bytes : test::python_pickles) {
    const Snapshot snapshot = read(bytes);
    ASSERT_EQ(snapshot.devices.size(), 2U);
    EXPECT_EQ(snapshot.devices[0].count, 3U);
    EXPECT_EQ(snapshot.devices[1].count, 0U);
    ASSERT_EQ(snapshot.events.size(), 3U);
    EXPECT_EQ(snapshot.events[0].action, SnapshotAction::alloc);
    EXPECT_EQ(snapshot.events[0].address, std::uint64_t{1} << 46U);
    EXPECT_EQ(snapshot.events[0].bytes, 512);
    EXPECT_EQ(snapshot.events[1].address, (std::uint64_t{1} << 63U) + 8);
    EXPECT_EQ(snapshot.events[2].action, SnapshotAction::free_requested);
    EXPECT_EQ(snapshot.events[2].time_us, 1002);
    EXPECT_EQ(stack_text(snapshot, snapshot.events[0].stack),
              "forward@net.py:7 main@train.py:70000 ");
    EXPECT_EQ(snapshot.events[2].stack, 0U);
    ASSERT_EQ(snapshot.segments.size(), 1U);
    EXPECT_EQ(snapshot.segments[0].blocks, 2U);
    EXPECT_TRUE(snapshot.blocks[0].is_active);
    EXPECT_FALSE(snapshot.blocks[1].is_active);
    EXPECT_EQ(snapshot.blocks[0].stack, snapshot.events[0].stack);
  }
}

TEST(SnapshotReader, ReadsWhatTheWriterWrites) {
  std::vector<test::MadeEvent> events;
  for (std::int64_t i = 0; i < 2500; ++i) {  // batches of a thousand
    events.push_back({i % 2 == 0 ? "alloc" : "free_completed",
                      4096 * (i / 2),
                      64,
                      i,
                      {{"net.py", i % 4 == 0 ? "a" : "b"}}});
  }
  const Snapshot snapshot = read(test::made_snapshot(events, {{"alloc", 4096, 64, 0, {}}}));
  ASSERT_EQ(snapshot.devices.size(), 1U);
  EXPECT_EQ(snapshot.devices[0].count, 2500U);
  EXPECT_EQ(snapshot.stacks.size(), 3U);  // none, a, b
  EXPECT_EQ(snapshot.events[2499].time_us, 2499);
}

TEST(SnapshotReader, RunsNoCodeAndSaysWhere) {
  const std::string os =
      "\x80\x02"
      "cos\nsystem\n(X\x02\0\0\0lstR.";
  EXPECT_NE(fault_of(os).find("operation GLOBAL"), std::string::npos);
  EXPECT_NE(fault_of(os).find("at byte 2"), std::string::npos);
  for (const char* code : {"R", "b", "iposix\nsystem\n", "o", "\x81", "\x82\x01", "\x93", "Pid\n",
                           "Q", "\x92", "\x97", "\x8f"}) {
    EXPECT_NE(fault_of("N" + std::string(code)).find("operation "), std::string::npos) << code;
  }
  EXPECT_NE(fault_of("\xf0").find("operation 240 is none"), std::string::npos);
  EXPECT_NE(fault_of("\x80\x09").find("protocol 9"), std::string::npos);
}

TEST(SnapshotReader, RefusesWhatNoSnapshotIs) {
  using namespace std::string_literals;
  EXPECT_NE(fault_of("}.").find("neither device_traces nor segments"), std::string::npos);
  EXPECT_NE(fault_of("").find("ends too early, at byte 0"), std::string::npos);
  EXPECT_NE(fault_of("X\xff\xff\xff\x7f"s).find("ends too early"), std::string::npos);
  EXPECT_NE(fault_of("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"s).find("too early"), std::string::npos);
  EXPECT_NE(fault_of("\x8b\x20\0\0\0"s + std::string(64, 'x')).find("32 bytes"), std::string::npos);
  EXPECT_NE(fault_of("j\xff\xff\xff\xff."s).find("memo has no such entry"), std::string::npos);
  EXPECT_NE(fault_of("Nr\xff\xff\xff\xff."s).find("leaves out"), std::string::npos);
  EXPECT_NE(fault_of("e.").find("a mark is missing"), std::string::npos);
  EXPECT_NE(fault_of("Ixyz\n.").find("a number is none"), std::string::npos);
  EXPECT_NE(fault_of("I" + std::string(70000, '1')).find("longer than 64 KiB"), std::string::npos);
}

TEST(SnapshotReader, RefusesContainersThatHoldThemselves) {
  EXPECT_NE(fault_of("]q\x01h\x01"
                     "a.")
                .find("leaves out"),
            std::string::npos);
  EXPECT_NE(fault_of(std::string("]q\0h\0a.", 7)).find("put into itself"), std::string::npos);
  EXPECT_NE(fault_of(std::string("}q\0U\4sizeh\0s.", 13)).find("put into itself"),
            std::string::npos);
}

TEST(SnapshotReader, HoldsLittleForHostileBytes) {
  for (const char code : {'N', '(', ']', '}'}) {
    const std::string many(200000, code);
    EXPECT_NE(fault_of(many).find("too many"), std::string::npos) << code;
  }
  std::string memo = "N";
  memo.append(200000, '\x94');
  EXPECT_NE(fault_of(memo).find("too many entries of the memo"), std::string::npos);
}

TEST(SnapshotReader, EveryTruncationIsAnError) {
  for (const std::string_view bytes : test::python_pickles) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_NE(fault_of(bytes.substr(0, length)), "none") << length;
    }
  }
}

TEST(SnapshotReader, EveryChangedByteGivesAnErrorOrASnapshot) {
  int errors = 0;
  for (const std::string_view bytes : test::python_pickles) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int change : {0x01, 0x20, 0x80, 0xff}) {
        std::string changed(bytes);
        changed[at] = static_cast<char>(changed[at] ^ change);
        errors += fault_of(changed) == "none" ? 0 : 1;
      }
    }
  }
  EXPECT_GT(errors, 1000);
}

TEST(SnapshotReader, ReadsAFileAndStopsWhenTold) {
  const std::string file = testing::TempDir() + "/stop.pickle";
  std::ofstream(file, std::ios::binary) << test::python_pickles[1];
  EXPECT_EQ(read_snapshot(file).events.size(), 3U);
  EXPECT_THROW(read_snapshot(file, [](double) { return false; }), RunError);
  EXPECT_THROW(read_snapshot(file + ".none"), DataError);
}

}  // namespace
}  // namespace actscope::reports
