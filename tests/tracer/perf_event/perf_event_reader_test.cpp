// SPDX-License-Identifier: Apache-2.0
#include "perf_event/perf_event_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace actscope::tracer {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// A made-up kernel: the errors that it answers with, and what a group reads.
struct FakeKernel {
  std::vector<int> errors;           // of the calls of open, in order; 0, or none left: it opens
  std::vector<std::uint64_t> words;  // of a reading
  std::optional<int> paranoid = 2;
  std::vector<perf_event_attr> asked;
  std::vector<int> groups, closed;

  PerfEventApi api() {
    return {.open = [this](const perf_event_attr& attributes, int group) -> int {
              const std::size_t call = asked.size();
              asked.push_back(attributes);
              groups.push_back(group);
              const int error = call < errors.size() ? errors[call] : 0;
              return error != 0 ? -error : static_cast<int>(10 + call);
            },
            .read = [this](int descriptor, void* to, std::size_t bytes) -> ssize_t {
              read_from = descriptor;
              const std::size_t size = std::min(bytes, words.size() * sizeof words[0]);
              std::memcpy(to, words.data(), size);
              return static_cast<ssize_t>(size);
            },
            .close = [this](int descriptor) { closed.push_back(descriptor); },
            .paranoid = [this] { return paranoid; }};
  }
  int read_from = -1;
};

TEST(PerfEventReader, CountsUserModeOfTheThreadAsOneGroup) {
  FakeKernel kernel;
  PerfEventReader reader(kernel.api());
  EXPECT_EQ(reader.source(), "perf_event");
  EXPECT_EQ(reader.reason(), "");
  EXPECT_THAT(kernel.groups, ElementsAre(-1, 10, 10)) << "cycles lead";
  EXPECT_THAT(kernel.closed, ElementsAre(10, 11, 12)) << "it was a try";
  for (const perf_event_attr& attributes : kernel.asked) {
    EXPECT_TRUE(attributes.exclude_kernel);
    EXPECT_FALSE(attributes.inherit) << "a group that is inherited cannot be read";
    EXPECT_EQ(attributes.size, sizeof attributes);
  }
  EXPECT_EQ(kernel.asked[0].config, PERF_COUNT_HW_CPU_CYCLES);
  EXPECT_EQ(kernel.asked[1].config, PERF_COUNT_HW_INSTRUCTIONS);
  EXPECT_EQ(kernel.asked[2].type, PERF_TYPE_HW_CACHE);
}

TEST(PerfEventReader, AReadingGivesAllValuesAndBothTimes) {
  FakeKernel kernel;
  kernel.words = {3, 400, 300, 1000, 2000, 30};
  PerfEventReader reader(kernel.api());
  const auto thread = reader.open();
  ASSERT_TRUE(thread);
  CounterReading reading;
  ASSERT_TRUE(thread->read(reading));
  EXPECT_EQ(kernel.read_from, 13) << "the leader of this thread's group";
  EXPECT_EQ(reading.enabled_ns, 400U);
  EXPECT_EQ(reading.running_ns, 300U);
  EXPECT_THAT(reading.values, ElementsAre(1000, 2000, 30));
}

TEST(PerfEventReader, ACounterThatTheProcessorLacksIsTheOnlyOneMissing) {
  FakeKernel kernel;
  kernel.errors = {0, 0, ENOENT, 0, 0, ENOENT};
  kernel.words = {2, 400, 400, 1000, 2000};
  PerfEventReader reader(kernel.api());
  EXPECT_TRUE(reader.has(HardwareCounter::instructions));
  EXPECT_FALSE(reader.has(HardwareCounter::llc_misses));
  EXPECT_THAT(reader.reason(), HasSubstr("no llc_misses (perf_event_open: No such file"));
  const auto thread = reader.open();
  CounterReading reading;
  ASSERT_TRUE(thread && thread->read(reading));
  EXPECT_THAT(reading.values, ElementsAre(1000, 2000, 0));
}

TEST(PerfEventReader, WhereInstructionsAreMissingValuesKeepTheirCounters) {
  FakeKernel kernel;
  kernel.errors = {0, EINVAL, 0, 0, EINVAL, 0};
  kernel.words = {2, 400, 400, 1000, 30};
  PerfEventReader reader(kernel.api());
  const auto thread = reader.open();
  CounterReading reading;
  ASSERT_TRUE(thread && thread->read(reading));
  EXPECT_THAT(reading.values, ElementsAre(1000, 0, 30));
}

TEST(PerfEventReader, AReadingThatIsNotWholeIsNone) {
  FakeKernel kernel;
  PerfEventReader reader(kernel.api());
  const auto thread = reader.open();
  CounterReading reading;
  kernel.words = {3, 400, 400, 1000, 2000};  // a word too few
  EXPECT_FALSE(thread->read(reading));
  kernel.words = {};  // the end of the file: the group is in error
  EXPECT_FALSE(thread->read(reading));
  kernel.words = {2, 400, 400, 1000, 2000, 0};  // of another group
  EXPECT_FALSE(thread->read(reading));
}

struct Refusal {
  int error;
  std::optional<int> paranoid;
  const char* what;
  const char* remedy;
};

TEST(PerfEventReader, SaysWhyThereAreNoneAndWhatWouldHelp) {
  const Refusal refusals[] = {
      {ENOENT, 2, "the processor shows no counters", "a virtual machine shows them where"},
      {EACCES, 4, "kernel.perf_event_paranoid is 4", "sysctl kernel.perf_event_paranoid=2"},
      {EPERM, 3, "kernel.perf_event_paranoid is 3", "CAP_PERFMON"},
      {EPERM, 1, "kernel.perf_event_paranoid is 1", "seccomp"},
      {EACCES, std::nullopt, "Permission denied", "CAP_PERFMON"},
      {EMFILE, 2, "no descriptors are left", "ulimit -n"},
      {ENOSYS, 2, "the kernel has no counters", "Function not implemented"},
      {EINVAL, 2, "the counters do not answer", "Invalid argument"}};
  for (const Refusal& refusal : refusals) {
    FakeKernel kernel;
    kernel.errors = {refusal.error};
    kernel.paranoid = refusal.paranoid;
    PerfEventReader reader(kernel.api());
    EXPECT_EQ(reader.source(), "");
    EXPECT_THAT(reader.reason(), AllOf(HasSubstr(refusal.what), HasSubstr(refusal.remedy)));
    EXPECT_FALSE(reader.has(HardwareCounter::cycles));
    EXPECT_EQ(reader.open(), nullptr);
    EXPECT_EQ(kernel.asked.size(), 1U) << "it is not tried again";
  }
}

TEST(PerfEventReader, AThreadThatFindsNoDescriptorsIsToldAndLeavesNoneOpen) {
  FakeKernel kernel;
  kernel.errors = {0, 0, 0, 0, EMFILE, 0};
  PerfEventReader reader(kernel.api());
  kernel.closed.clear();
  EXPECT_EQ(reader.open(), nullptr) << "sums would mix threads with and without a counter";
  EXPECT_THAT(kernel.closed, ElementsAre(13, 15));
  EXPECT_THAT(reader.reason(),
              AllOf(HasSubstr("not on every thread"), HasSubstr("Too many open files")));
  EXPECT_NE(reader.open(), nullptr) << "another may find some";
}

TEST(PerfEventReader, OfThisMachineAnswersOrSaysWhyNot) {
  const auto reader = open_counter_reader();
  EXPECT_EQ(reader->source().empty(), !reader->has(HardwareCounter::cycles));
  EXPECT_NE(describe_counters(), "");
  EXPECT_EQ(are_counters_usable(), !reader->source().empty());
  EXPECT_TRUE(!reader->source().empty() || !reader->reason().empty());
}

}  // namespace
}  // namespace actscope::tracer
