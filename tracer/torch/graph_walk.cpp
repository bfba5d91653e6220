// SPDX-License-Identifier: Apache-2.0
#include "graph_walk.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/csrc/autograd/functions/tensor.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <map>
#include <typeinfo>
#include <unordered_set>

#include "custom_function.hpp"
#include "saved_members.hpp"

namespace actscope::tracer {
namespace {

using torch::autograd::Node;
using torch::autograd::SavedVariable;

// Every node once, in the order of forward: LibTorch numbers nodes as it makes them. Accumulators
// of leaves have the highest number.
std::vector<Node*> nodes_behind(const std::vector<at::Tensor>& roots) {
  std::vector<Node*> found, pending;
  std::unordered_set<const Node*> seen;
  const auto add = [&](Node* node) {
    if (node != nullptr && seen.insert(node).second) pending.push_back(node);
  };
  for (const at::Tensor& root : roots) {
    if (root.defined()) add(root.grad_fn().get());
  }
  while (!pending.empty()) {
    Node* node = pending.back();
    pending.pop_back();
    found.push_back(node);
    for (const torch::autograd::Edge& edge : node->next_edges()) add(edge.function.get());
    // An in-place operation on a view wraps the operation's own node.
    if (const auto* slices = dynamic_cast<const torch::autograd::CopySlices*>(node)) {
      add(slices->fn.get());
    }
  }
  std::ranges::stable_sort(found, {}, [](const Node* node) { return node->sequence_nr(); });
  return found;
}

// Reads the saved tensors of one node after the other into a graph.
class Reader final : public SavedVariableReader {
 public:
  explicit Reader(FoundGraph& graph) : graph_(graph) {}

  // Whether the node is of a kind that can be read.
  bool read(Node& node) {
    node_ = &node;
    name_ = node.name();
    if (const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(&node)) {
      add("variable", leaf->variable, SavedState::held);
      return true;
    }
    if (dynamic_cast<const torch::autograd::CopySlices*>(&node) != nullptr) return true;
    if (is_custom_function(node)) {
      read_custom_function();
      return true;
    }
    const SavedMembers* members = find_saved_members(typeid(node));
    if (members == nullptr) return false;
    if (members->read != nullptr) members->read(node, *this);
    return true;
  }

  void one(const char* member, const SavedVariable& saved) override {
    read_variable(member, saved);
  }

  void list(const char* member, const std::vector<SavedVariable>& saved) override {
    for (std::size_t i = 0; i < saved.size(); ++i) {
      read_variable(std::string(member) + "[" + std::to_string(i) + "]", saved[i]);
    }
  }

 private:
  void read_custom_function() {
    name_ = custom_function_name(*node_);
    const CustomFunctionData data = custom_function_data(*node_);
    if (data.is_released) ++graph_.skipped.released;
    list("saved", *data.saved);
    graph_.skipped.opaque += visit_saved_data(
        *node_, [&](const std::string& slot, const std::string& member, const at::Tensor& tensor) {
          slot_ = slot;
          add(member, tensor, SavedState::held);
        });
    slot_.clear();
  }

  void read_variable(const std::string& member, const SavedVariable& saved) {
    const std::optional<at::Tensor> data = saved.get_raw_data();
    if (!data) {
      ++graph_.skipped.hooked;
    } else if (data->defined()) {
      add(member, *data, state_of(saved));
    } else if (state_of(saved) == SavedState::modified) {
      // It is empty and refuses to be unpacked: backward has released it. A member that never held
      // a tensor (an optional argument that was not given) does not refuse.
      ++graph_.skipped.released;
    }
  }

  // unpack compares versions and throws where they differ; it makes a variable, no copy.
  SavedState state_of(const SavedVariable& saved) const {
    try {
      (void)saved.unpack(node_->getptr());
      return SavedState::held;
    } catch (const c10::Error&) {
      return SavedState::modified;
    }
  }

  void add(const std::string& member, const at::Tensor& tensor, SavedState state) {
    if (!tensor.defined()) return;
    if (tensor.layout() == at::kSparse) {
      add(member + ".indices", tensor._indices(), state);
      add(member + ".values", tensor._values(), state);
    } else if (tensor.layout() == at::kSparseCsr || tensor.layout() == at::kSparseBsr) {
      add(member + ".crow_indices", tensor.crow_indices(), state);
      add(member + ".col_indices", tensor.col_indices(), state);
      add(member + ".values", tensor.values(), state);
    } else if (!tensor.has_storage()) {
      ++graph_.skipped.opaque;
    } else {
      graph_.tensors.push_back({tensor, name_, member, slot_, node_->sequence_nr(), state});
    }
  }

  FoundGraph& graph_;
  Node* node_ = nullptr;
  std::string name_;
  std::string slot_;
};

}  // namespace

FoundGraph walk_graph(const std::vector<at::Tensor>& roots) {
  FoundGraph graph;
  Reader reader(graph);
  std::map<std::string, std::int64_t> unknown;
  for (Node* node : nodes_behind(roots)) {
    ++graph.nodes;
    if (reader.read(*node)) {
      ++graph.known_nodes;
    } else {
      ++unknown[node->name()];
    }
  }
  for (const auto& [name, count] : unknown) graph.unknown_nodes.push_back({name, count});
  return graph;
}

}  // namespace actscope::tracer
