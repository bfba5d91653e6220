// SPDX-License-Identifier: Apache-2.0
#include "libtorch_profiler.hpp"

#include <torch/csrc/autograd/profiler_kineto.h>

#include <cstdlib>
#include <set>

namespace actscope::bench {
namespace {

using torch::profiler::impl::ActivityType;

const std::set<ActivityType>& activities() {
  static const std::set<ActivityType> host = {ActivityType::CPU};
  return host;
}

}  // namespace

LibtorchProfiler::LibtorchProfiler(ProfilesMemory memory) {
  // The Kineto in LibTorch 2.11 asks for GPUs when the host alone is profiled, and complains on
  // stderr where there is no driver. Its level is read when it is first prepared; a user's stands.
  ::setenv("KINETO_LOG_LEVEL", "99", /*overwrite=*/0);
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO,
                                                     /*report_input_shapes=*/false,
                                                     memory == ProfilesMemory::yes);
  torch::autograd::profiler::prepareProfiler(config, activities());
  torch::autograd::profiler::enableProfiler(config, activities());
}

LibtorchProfiler::~LibtorchProfiler() {
  if (is_on_) (void)torch::autograd::profiler::disableProfiler();
}

std::int64_t LibtorchProfiler::stop(const std::filesystem::path& file) {
  is_on_ = false;
  const auto result = torch::autograd::profiler::disableProfiler();
  if (!file.empty()) result->save(file.string());
  return static_cast<std::int64_t>(result->events().size());
}

}  // namespace actscope::bench
