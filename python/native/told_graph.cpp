// SPDX-License-Identifier: Apache-2.0
#include "told_graph.hpp"

#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::python {

tracer::ToldGraph told_graph(Tensors tensors, const Texts& nodes, const Texts& members,
                             const Numbers& numbers, Texts read_nodes, std::int64_t hooked) {
  if (nodes.size() != tensors.size() || members.size() != tensors.size() ||
      numbers.size() != tensors.size()) {
    throw ShapeMismatch(error_text("the lists of what Python read differ in length", {}, {}));
  }
  tracer::ToldGraph told{std::move(tensors), {}, std::move(read_nodes), hooked};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    told.holders.push_back({nodes[i], members[i], static_cast<std::uint64_t>(numbers[i])});
  }
  return told;
}

}  // namespace actscope::python
