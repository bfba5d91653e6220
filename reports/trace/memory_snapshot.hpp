// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trace/db_reader.hpp"

namespace actscope::reports {

/// The allocations on CUDA devices as a snapshot for PyTorch's memory viewer: what
/// torch.cuda.memory._snapshot() returns, pickled. In place of Python frames stand slot, layer,
/// phase and step. Segments of the allocator are not recorded: there is one for every stretch of
/// addresses that blocks lay in, freed ones too. A block whose free was not seen, in a step that is
/// not traced, ends where its memory is given out anew.
///
/// Errors  EnvironmentError: the trace has no allocation on a device
/// Source  PyTorch 2.11, torch/cuda/memory.py; https://pytorch.org/memory_viz
std::string memory_snapshot(const StoredTrace& trace);

}  // namespace actscope::reports
