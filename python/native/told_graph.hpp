// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/tracer/torch/graph_ledger.hpp"

namespace actscope::python {

using Tensors = std::vector<at::Tensor>;
using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// What Python read of a graph (python/actscope/_graph.py): one entry of each list a tensor.
/// Errors  ShapeMismatch: the lists differ in length
tracer::ToldGraph told_graph(Tensors tensors, const Texts& nodes, const Texts& members,
                             const Numbers& numbers, Texts read_nodes, std::int64_t hooked);

}  // namespace actscope::python
