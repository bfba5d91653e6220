// SPDX-License-Identifier: Apache-2.0
// Mutated streams of device activity: none may do harm.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "stream_support.hpp"

namespace actscope::tracer {
namespace {

// Mutates bytes anywhere behind the header: values, kinds, lengths; sometimes cuts the end off.
std::string mutated(std::string bytes, std::mt19937& random) {
  constexpr std::size_t header_bytes = 8;
  const std::size_t count = 1 + random() % 24;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = header_bytes + random() % (bytes.size() - header_bytes);
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1U << (random() % 8)));
        break;
      case 2:
        bytes[at] = '\xff';
        break;
      default:
        bytes[at] = '\0';
    }
  }
  if (random() % 8 == 0) bytes.resize(header_bytes + random() % (bytes.size() - header_bytes));
  return bytes;
}

// ACTSCOPE_FUZZ_RECORDS sets how many records are read; the seed is fixed.
TEST(ActivityStream, SurvivesMutatedRecords) {
  const char* asked = std::getenv("ACTSCOPE_FUZZ_RECORDS");
  const std::int64_t wanted = asked == nullptr ? 1'000'000 : std::atoll(asked);
  const std::string whole = reports::activity_bytes(stream_names, recorded());
  std::mt19937 random(7);
  std::int64_t read = 0, unreadable = 0, truncated = 0, kernels = 0, losses = 0;
  while (read < wanted) {
    const reports::ActivityStream stream =
        reports::read_activity_stream(mutated(whole, random), "mutated");
    read += static_cast<std::int64_t>(stream.records.size()) + stream.unreadable_records +
            (stream.is_truncated ? 1 : 0);
    unreadable += stream.unreadable_records;
    truncated += stream.is_truncated ? 1 : 0;
    const Replayed replayed = replay(stream);
    losses += replayed.losses.untimed_records + replayed.losses.clock_anomalies;
    for (const KernelEvent& event : replayed.batch.kernels) {
      ++kernels;
      ASSERT_GE(event.end_ns, event.begin_ns);
      ASSERT_GE(event.begin_ns, 0);
      ASSERT_GE(event.bytes, 0);
      ASSERT_FALSE(event.name.empty());
      ASSERT_LE(static_cast<int>(event.place.phase), static_cast<int>(Phase::optimizer));
    }
    for (const MemoryEvent& event : replayed.batch.memory) {
      ASSERT_GE(event.live_bytes, 0);
      ASSERT_GE(event.device, 0);
    }
  }
  EXPECT_GT(unreadable, 0);
  EXPECT_GT(truncated, 0);
  EXPECT_GT(kernels, 0);
  EXPECT_GT(losses, 0);
}

}  // namespace
}  // namespace actscope::tracer
