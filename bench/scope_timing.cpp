// SPDX-License-Identifier: Apache-2.0
// What a scope costs, recorded and not, against an empty loop; interleaved, medians of 31 rounds.
// Prints one JSON object, nanoseconds a scope.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace {

using namespace actscope;

constexpr int rounds = 31;
constexpr int scopes = 10'000;  // fits a ring: nothing is dropped

// Keeps the compiler from leaving the loop out.
void touch(int value) {
  asm volatile("" : : "r"(value) : "memory");
}

template <class Body>
double nanoseconds_each(const Body& body) {
  const std::int64_t begin = tracer::now_ns();
  for (int i = 0; i < scopes; ++i) body(i);
  return static_cast<double>(tracer::now_ns() - begin) / scopes;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
  return values[rounds / 2];
}

}  // namespace

int main() {
  const tracer::Name name("operator"), layer("blocks.0");
  const auto nothing = [](int i) { touch(i); };
  const auto scoped = [&](int i) {
    const tracer::OperatorScope scope(name);
    touch(i);
  };
  const auto layered = [&](int i) {
    const tracer::LayerScope scope(layer, Phase::forward);
    touch(i);
  };
  std::vector<double> empty, off, on, layer_on;
  tracer::TraceRecorder recorder({});
  for (int round = 0; round < rounds; ++round) {
    empty.push_back(nanoseconds_each(nothing));
    off.push_back(nanoseconds_each(scoped));
    recorder.begin_step(round);
    on.push_back(nanoseconds_each(scoped));
    recorder.flush();
    layer_on.push_back(nanoseconds_each(layered));
    recorder.end_step();
    recorder.flush();
  }
  recorder.finish();
  std::printf(
      "{\"empty_ns\": %.2f, \"scope_off_ns\": %.2f, \"operator_on_ns\": %.1f, \"layer_on_ns\": "
      "%.1f, "
      "\"dropped_records\": %lld}\n",
      median(empty), median(off) - median(empty), median(on) - median(empty),
      median(layer_on) - median(empty), static_cast<long long>(recorder.losses().dropped_records));
}
