// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/csrc/autograd/saved_variable.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace torch::autograd {
struct Node;
}

namespace actscope::tracer {

/// What a custom autograd function (torch::autograd::Function) keeps for backward.
struct CustomFunctionData {
  const std::vector<torch::autograd::SavedVariable>* saved = nullptr;  ///< by save_for_backward
  bool is_released = false;  ///< backward has read and released it
};

/// Whether a node is a CppNode<T>, of whichever T.
bool is_custom_function(const torch::autograd::Node& node);

/// "Dropout" of CppNode<(anonymous namespace)::Dropout>.
std::string custom_function_name(const torch::autograd::Node& node);

/// Requires is_custom_function(node).
CustomFunctionData custom_function_data(const torch::autograd::Node& node);

/// Called with a tensor of saved_data: as member "data.KEY" and without a slot, or with the slot
/// and member that a SavedTensorSource names.
using VisitSavedData = std::function<void(const std::string& slot, const std::string& member,
                                          const at::Tensor& tensor)>;

/// Calls `visit` for every tensor in saved_data, those in lists and capsules as well. Returns the
/// number of capsules that are no SavedTensorSource.
/// Requires is_custom_function(node)
std::int64_t visit_saved_data(const torch::autograd::Node& node, const VisitSavedData& visit);

}  // namespace actscope::tracer
