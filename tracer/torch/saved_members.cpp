// SPDX-License-Identifier: Apache-2.0
#include "saved_members.hpp"

#include <torch/csrc/autograd/functions/basic_ops.h>
#include <torch/csrc/autograd/functions/tensor.h>

#include <array>
#include <typeindex>
#include <unordered_map>

namespace actscope::tracer {
namespace {

using Table = std::unordered_map<std::type_index, SavedMembers>;

// Written by hand in LibTorch. AccumulateGrad holds its variable and CopySlices another node: the
// walk knows both.
constexpr auto saving_nothing = [] {
  namespace nodes = torch::autograd;
  return std::array{&typeid(nodes::CopyBackwards),
                    &typeid(nodes::Identity),
                    &typeid(nodes::Error),
                    &typeid(nodes::NotImplemented),
                    &typeid(nodes::DelayedError),
                    &typeid(nodes::UndefinedGrad),
                    &typeid(nodes::UndefinedGradBackward)};
};

const Table& table() {
  static const auto* const all = [] {
    auto* made = new Table;
    for (const SavedMembers& members : generated_saved_members()) {
      made->emplace(*members.type, members);
    }
    for (const std::type_info* type : saving_nothing()) {
      made->emplace(*type, SavedMembers{type, nullptr});
    }
    return made;
  }();
  return *all;
}

}  // namespace

const SavedMembers* find_saved_members(const std::type_info& type) {
  const auto found = table().find(type);
  return found == table().end() ? nullptr : &found->second;
}

}  // namespace actscope::tracer
