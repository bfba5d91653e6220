// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "actscope/tracer/kernel_session.hpp"

namespace actscope::tracer {

/// Device time of every outermost operator between two CUDA events on its stream: coarser than
/// CUPTI, and there where another profiler holds that.
/// Errors  BackendNotBuilt: a build without CUDA
std::unique_ptr<KernelSession> make_cuda_event_session();

}  // namespace actscope::tracer
