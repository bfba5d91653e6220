// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <typeinfo>
#include <vector>

namespace torch::autograd {
class SavedVariable;
struct Node;
}  // namespace torch::autograd

namespace actscope::tracer {

/// Gets every saved tensor of a node, with the name of the member that holds it.
class SavedVariableReader {
 public:
  virtual void one(const char* member, const torch::autograd::SavedVariable& saved) = 0;
  virtual void list(const char* member,
                    const std::vector<torch::autograd::SavedVariable>& saved) = 0;

 protected:
  ~SavedVariableReader() = default;
};

/// What one type of node saves.
struct SavedMembers {
  const std::type_info* type;
  /// Null: nothing.
  void (*read)(const torch::autograd::Node& node, SavedVariableReader& reader);
};

/// An entry for every node that LibTorch generates, also where it saves nothing.
/// Source  torch/csrc/autograd/generated/Functions.h through scripts/generate_saved_members
std::span<const SavedMembers> generated_saved_members();

/// The entry of a node's dynamic type: a generated one, or one of LibTorch's hand-written nodes
/// that save nothing themselves. Null: not known.
const SavedMembers* find_saved_members(const std::type_info& type);

}  // namespace actscope::tracer
