// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace at {
class Tensor;
}
namespace torch::nn {
class Module;
}

namespace actscope::tracer {

/// While it lives, operators know the layers of a model by its parameters: see name_layers.
class LayerNames {
 public:
  ~LayerNames();
  LayerNames(const LayerNames&) = delete;
  LayerNames& operator=(const LayerNames&) = delete;

 private:
  friend struct LayerNamesMaker;
  LayerNames() = default;
};

/// Gives every submodule that has parameters its qualified name ("blocks.0.fc1") as layer while it
/// runs, without a change to the model.
///
/// torch::nn in C++ has no hooks, so this goes by what operators read:
/// - one that takes a parameter of a module belongs to that module;
/// - one that takes none and is called like a module without parameters that stands beside the last
///   layer seen, or beside a module around it (relu: ReLU), belongs to that module: the next such
///   in the order of registration, which in a Sequential is the order of forward, else the only
///   one;
/// - any other (functional calls, additions, attention itself) belongs to the module around the
/// last
///   layer seen ("blocks.0"): that is whose forward calls both. In the model's own forward, and for
///   a loss, that is no layer.
/// A tensor that two modules share counts for the first. A LayerScope in the model is stronger
/// wherever it is open.
///
/// Goes by the memory of the parameters: call it again once they have been replaced or moved. One
/// at a time, made before the recording begins (OperatorObserver, GraphLedger::begin).
/// Errors  TraceError: another one is there
std::unique_ptr<LayerNames> name_layers(const torch::nn::Module& module);
/// The same for any model, by qualified names of parameters: {"blocks.0.fc1.weight", tensor}.
/// Modules without parameters are not known then.
std::unique_ptr<LayerNames> name_layers(
    const std::vector<std::pair<std::string, at::Tensor>>& parameters);

}  // namespace actscope::tracer
