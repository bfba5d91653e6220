// SPDX-License-Identifier: Apache-2.0
#include <torch/nn/module.h>
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include "actscope/tracer/torch/model_recording.hpp"
#include "actscope/tracer/torch/name_layers.hpp"
#include "layer_names.hpp"

namespace actscope::tracer {
namespace {

// What an optimizer keeps for one parameter; undefined tensors where it keeps none.
std::vector<at::Tensor> tensors_of_state(const torch::optim::OptimizerParamState& state) {
  if (const auto* adamw = dynamic_cast<const torch::optim::AdamWParamState*>(&state)) {
    return {adamw->exp_avg(), adamw->exp_avg_sq(), adamw->max_exp_avg_sq()};
  }
  if (const auto* adam = dynamic_cast<const torch::optim::AdamParamState*>(&state)) {
    return {adam->exp_avg(), adam->exp_avg_sq(), adam->max_exp_avg_sq()};
  }
  if (const auto* sgd = dynamic_cast<const torch::optim::SGDParamState*>(&state)) {
    return {sgd->momentum_buffer()};
  }
  if (const auto* rmsprop = dynamic_cast<const torch::optim::RMSpropParamState*>(&state)) {
    return {rmsprop->square_avg(), rmsprop->momentum_buffer(), rmsprop->grad_avg()};
  }
  if (const auto* adagrad = dynamic_cast<const torch::optim::AdagradParamState*>(&state)) {
    return {adagrad->sum()};
  }
  return {};
}

void add_containers(const torch::nn::Module& module, const std::string& name,
                    std::vector<NamedContainer>& containers) {
  NamedContainer container{name, {}};
  for (const auto& child : module.named_children()) {
    const std::string qualified = name.empty() ? child.key() : name + "." + child.key();
    container.children.push_back(
        {qualified, kind_of(child.value()->name()), !child.value()->parameters().empty()});
  }
  containers.push_back(std::move(container));
  for (const auto& child : module.named_children()) {
    add_containers(*child.value(), name.empty() ? child.key() : name + "." + child.key(),
                   containers);
  }
}

}  // namespace

ModelTensors tensors_of(const torch::nn::Module& model, const torch::optim::Optimizer* optimizer) {
  ModelTensors tensors;
  for (const auto& parameter : model.named_parameters()) {
    tensors.parameters.emplace_back(parameter.key(), parameter.value());
  }
  tensors.buffers = model.buffers();
  if (optimizer == nullptr) return tensors;
  for (const auto& [parameter, state] : optimizer->state()) {
    for (at::Tensor& tensor : tensors_of_state(*state)) {
      if (tensor.defined()) tensors.optimizer_state.push_back(std::move(tensor));
    }
  }
  return tensors;
}

std::unique_ptr<LayerNames> name_layers(const torch::nn::Module& module) {
  std::vector<NamedContainer> containers;
  add_containers(module, "", containers);
  return name_layers(tensors_of(module).parameters, containers);
}

}  // namespace actscope::tracer
