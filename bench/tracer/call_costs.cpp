// SPDX-License-Identifier: Apache-2.0
#include "call_costs.hpp"

#include <utility>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/scope.hpp"

namespace actscope::bench {
namespace {

constexpr int calls = 10'000;  // fits a ring: nothing is dropped
constexpr double off_goal_ns = 2, on_goal_ns = 40;

// Keeps the compiler from leaving the loop out.
void touch(int value) {
  asm volatile("" : : "r"(value) : "memory");
}

// Not through std::function: an empty call would cost what is measured.
template <class Body>
double loop_ns(const Body& body) {
  const std::int64_t begin = tracer::now_ns();
  for (int i = 0; i < calls; ++i) body(i);
  return static_cast<double>(tracer::now_ns() - begin) / calls;
}

}  // namespace

TracerCallCost call_cost(std::string name, std::string what, const std::vector<double>& times_ns,
                         double goal_ns) {
  TracerCallCost cost;
  cost.name = std::move(name);
  cost.what = std::move(what);
  cost.samples = static_cast<std::int64_t>(times_ns.size());
  cost.time_ns = paired_ratio(times_ns, std::vector<double>(times_ns.size(), 1));
  cost.goal_ns =
      goal_ns < 0 ? Measured<double>::missing("no goal is set") : Measured<double>::of(goal_ns);
  cost.verdict = judged(cost.time_ns, cost.goal_ns);
  return cost;
}

double nanoseconds_each(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  const std::int64_t begin = tracer::now_ns();
  for (std::int64_t i = 0; i < count; ++i) body(i);
  return static_cast<double>(tracer::now_ns() - begin) / static_cast<double>(count);
}

std::vector<TracerCallCost> scope_costs(std::int64_t rounds) {
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
  const auto allocated = [&](int i) {
    tracer::record_memory(&name, 64, 64);
    touch(i);
  };
  // Its value has to be used, or the reading could be left out.
  const auto timed = [](int i) { touch(i ^ static_cast<int>(tracer::now_ns())); };
  std::vector<double> off, on, layer_on, memory_on, clock_on;
  tracer::TraceRecorder recorder({});
  for (std::int64_t round = 0; round < rounds; ++round) {
    const double empty_ns = loop_ns(nothing);
    off.push_back(loop_ns(scoped) - empty_ns);
    clock_on.push_back(loop_ns(timed) - empty_ns);
    recorder.begin_step(round);
    on.push_back(loop_ns(scoped) - empty_ns);
    recorder.flush();
    layer_on.push_back(loop_ns(layered) - empty_ns);
    recorder.flush();
    memory_on.push_back(loop_ns(allocated) - empty_ns);
    recorder.end_step();
    recorder.flush();
  }
  return {
      call_cost("scope_off", "an operator scope while nothing records", off, off_goal_ns),
      call_cost("scope_on", "an operator scope of a recorded step", on, on_goal_ns),
      call_cost("layer_scope_on", "a layer scope of a recorded step", layer_on, on_goal_ns),
      call_cost("allocation_on", "noting an allocation of a recorded step", memory_on),
      call_cost("clock_read", "one reading of the clock, of which a scope takes two", clock_on)};
}

}  // namespace actscope::bench
