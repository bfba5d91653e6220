// SPDX-License-Identifier: Apache-2.0
#include "tracer_operators.hpp"

#include <ATen/core/grad_mode.h>
#include <c10/core/CPUAllocator.h>
#include <torch/types.h>

#include "actscope/tracer/recorder.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"
#include "libtorch_profiler.hpp"
#include "tracer/call_costs.hpp"

namespace actscope::bench {
namespace {

constexpr std::int64_t calls = 5000;  // fits a ring: nothing is dropped
constexpr std::size_t bytes = 256;

// One value, in place: as little work as an operator can have.
double operators_ns(torch::Tensor& one) {
  return nanoseconds_each(calls, [&](std::int64_t) { one.neg_(); });
}

double allocations_ns(c10::Allocator& allocator) {
  return nanoseconds_each(calls, [&](std::int64_t) { allocator.allocate(bytes); });
}

double traced_ns(torch::Tensor& one, std::int64_t round) {
  tracer::TraceRecorder recorder({});
  const tracer::OperatorObserver observer;
  recorder.begin_step(round);
  const double ns = operators_ns(one);
  recorder.end_step();
  return ns;
}

double profiled_ns(torch::Tensor& one) {
  LibtorchProfiler profiler(ProfilesMemory::no);
  return operators_ns(one);
}

}  // namespace

std::vector<TracerCallCost> operator_costs(std::int64_t rounds) {
  const at::NoGradGuard no_grad;
  torch::Tensor one = torch::ones({1});
  std::vector<double> traced, profiled, counted;
  operators_ns(one);
  for (std::int64_t round = 0; round < rounds; ++round) {
    const double plain_ns = operators_ns(one);
    traced.push_back(traced_ns(one, round) - plain_ns);
    profiled.push_back(profiled_ns(one) - plain_ns);
    const double own_ns = allocations_ns(*c10::GetDefaultCPUAllocator());
    counted.push_back(allocations_ns(*c10::GetCPUAllocator()) - own_ns);
  }
  return {call_cost("operator", "a LibTorch operator seen in a recorded step", traced),
          call_cost("libtorch-profiler operator", "the same by LibTorch's profiler", profiled),
          call_cost("counted_allocation",
                    "what the counting allocator adds to an allocation and its free, also at level "
                    "off",
                    counted)};
}

}  // namespace actscope::bench
