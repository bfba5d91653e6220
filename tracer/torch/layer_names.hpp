// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/torch/name_layers.hpp"

namespace at {
struct RecordFunction;
}

namespace actscope::tracer {

/// A module and its direct children in the order of registration. The first of a list is the model.
struct NamedContainer {
  struct Child {
    std::string name;             ///< qualified
    std::string kind;             ///< type as operators are called: "relu" of torch::nn::ReLUImpl
    bool has_parameters = false;  ///< itself or below
  };
  std::string name;  ///< qualified; empty: the model
  std::vector<Child> children;
};

/// "maxpool2d" of "aten::max_pool2d", "torch::nn::MaxPool2dImpl", "aten::max_pool2d_".
std::string kind_of(std::string name);

/// As the public name_layers, with what is known of the modules.
std::unique_ptr<LayerNames> name_layers(
    const std::vector<std::pair<std::string, at::Tensor>>& parameters,
    const std::vector<NamedContainer>& containers);

/// Whether somebody has named the layers of a model: name_layers.
bool are_layers_named() noexcept;

/// The layer of an operator of this step, by what it takes; 0: none. Remembers, on this thread,
/// which layer was seen last.
/// Requires the function to have been recorded with inputs
NameNumber layer_of_inputs(const at::RecordFunction& function, std::int32_t step);

}  // namespace actscope::tracer
