// SPDX-License-Identifier: Apache-2.0
#include "custom_function.hpp"

#include <ATen/core/ivalue_inl.h>
#include <c10/util/Type.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <typeinfo>

#include "actscope/tracer/torch/saved_tensor_source.hpp"

namespace actscope::tracer {
namespace {

// No node of this type is ever made: it stands for CppNode<T> of every T. T is no member of its
// node, only called from it, so that all of them have one layout (LibTorch 2.11).
struct AnyFunction : torch::autograd::Function<AnyFunction> {};

// AutogradContext lets every CppNode see its members.
struct ContextReader {};

}  // namespace
}  // namespace actscope::tracer

template <>
struct torch::autograd::CppNode<actscope::tracer::ContextReader> {
  static const std::vector<SavedVariable>& saved(const AutogradContext& context) {
    return context.saved_variables_;
  }
  static bool is_released(const AutogradContext& context) { return context.has_freed_buffers_; }
  // Known by its address alone: what holds a node differs between versions of LibTorch.
  static const Node* owner(const AutogradContext& context) {
    const auto node = context.grad_fn_.lock();
    return node.get();
  }
};

namespace actscope::tracer {
namespace {

using torch::autograd::CppNode;
using torch::autograd::Node;

// Names of types are compared as the ABI mangles them: N5torch8autograd7CppNodeI…E.
constexpr std::string_view mangled_prefix = "N5torch8autograd7CppNodeI";

const torch::autograd::AutogradContext& context_of(const Node& node) {
  return reinterpret_cast<const CppNode<AnyFunction>&>(node).ctx_;
}

// Returns the number of capsules that tell nothing.
std::int64_t visit_value(const std::string& member, const c10::IValue& value,
                         const VisitSavedData& visit) {
  if (value.isTensor()) {
    visit({}, member, value.toTensor());
    return 0;
  }
  if (value.isCapsule()) {
    const auto capsule = value.toCapsule();
    const auto* source = dynamic_cast<const SavedTensorSource*>(capsule.get());
    if (source == nullptr) return 1;
    source->visit_saved(
        [&](std::string_view slot, std::string_view part, const at::Tensor& tensor) {
          visit(std::string(slot), std::string(part), tensor);
        });
    return 0;
  }
  std::int64_t opaque = 0;
  const auto visit_part = [&](const std::string& index, const c10::IValue& part) {
    opaque += visit_value(member + "[" + index + "]", part, visit);
  };
  if (value.isTensorList()) {
    const auto list = value.toTensorVector();
    for (std::size_t i = 0; i < list.size(); ++i) visit_part(std::to_string(i), list[i]);
  } else if (value.isList()) {
    const auto list = value.toListRef();
    for (std::size_t i = 0; i < list.size(); ++i) visit_part(std::to_string(i), list[i]);
  } else if (value.isTuple()) {
    const auto& elements = value.toTupleRef().elements();
    for (std::size_t i = 0; i < elements.size(); ++i) visit_part(std::to_string(i), elements[i]);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) {
      visit_part(entry.key().isString() ? entry.key().toStringRef() : "…", entry.value());
    }
  }
  return opaque;
}

}  // namespace

bool is_custom_function(const Node& node) {
  if (!std::string_view(typeid(node).name()).starts_with(mangled_prefix)) return false;
  // The context knows the node that it belongs to: a check of the layout as well.
  return CppNode<ContextReader>::owner(context_of(node)) == &node;
}

std::string custom_function_name(const Node& node) {
  std::string name = c10::demangle(typeid(node).name());
  const std::size_t open = name.find('<');
  if (open != std::string::npos && name.ends_with('>')) {
    name = name.substr(open + 1, name.size() - open - 2);
  }
  const std::size_t scope = name.find('<') == std::string::npos ? name.rfind("::") : name.npos;
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

CustomFunctionData custom_function_data(const Node& node) {
  const torch::autograd::AutogradContext& context = context_of(node);
  return {&CppNode<ContextReader>::saved(context), CppNode<ContextReader>::is_released(context)};
}

std::int64_t visit_saved_data(const Node& node, const VisitSavedData& visit) {
  const auto& data = context_of(node).saved_data;
  std::vector<std::string> keys;  // sorted, so that two runs tell the same
  for (const auto& entry : data) keys.push_back(entry.first);
  std::ranges::sort(keys);
  std::int64_t opaque = 0;
  for (const std::string& key : keys) opaque += visit_value("data." + key, data.at(key), visit);
  return opaque;
}

}  // namespace actscope::tracer
