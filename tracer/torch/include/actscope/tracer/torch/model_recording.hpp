// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/base/trace_events.hpp"
#include "actscope/tracer/run_record.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"

namespace torch::nn {
class Module;
}
namespace torch::optim {
class Optimizer;
}

namespace actscope::tracer {

/// The tensors of a model that live from step to step, by what they are for.
struct ModelTensors {
  std::vector<std::pair<std::string, at::Tensor>> parameters;  ///< with their qualified names
  std::vector<at::Tensor> buffers;
  std::vector<at::Tensor> optimizer_state;
};

/// Of a torch::nn::Module and of its optimizer, which may be null. The state of Adam, AdamW, SGD,
/// RMSprop and Adagrad is known; another optimizer's counts as category "other" at the peak.
ModelTensors tensors_of(const torch::nn::Module& model,
                        const torch::optim::Optimizer* optimizer = nullptr);

/// What is recorded of a run: `ledger` what is kept for backward; `timeline` also operators and
/// allocations of some steps.
enum class RecordingLevel { ledger, timeline };

struct RecordingOptions {
  RecordingLevel level = RecordingLevel::timeline;
  std::int64_t traced_steps = 16;  ///< of level timeline, after the first step of the run
  TraceSink* sink = nullptr;       ///< takes the trace, as make_trace_files; may be null
  /// The program opens a LayerScope for every layer: parameters are not looked at.
  bool are_layers_named = false;
};

/// Records the training of any LibTorch model, so that it has a report like a run of our own:
///
///     ModelRecording recording(net, {.name = "net", .batch = 16}, &optimizer);
///     for (…) {
///       recording.begin_step({images, labels});
///       … forward …
///       recording.end_forward(loss, {logits});
///       loss.backward();
///       recording.end_backward();
///       optimizer.step();
///       recording.end_step();
///     }
///     write_run_document(recording.finish());
///
/// The autograd graph is read in the first two steps; the second, when the caches of libraries are
/// filled, is the one that the report shows. Layers are named by parameters (name_layers); a
/// LayerScope in the model is stronger.
///
/// Shapes   none
/// Units    bytes, seconds
/// Requires one thread; install_counting_cpu_allocator before the first tensor, on a CPU; one at a
///          time; model and optimizer outlive it
/// Errors   TraceError: the counting allocator is not installed, another recording is there, a call
///          out of order; ConfigError: `info.device` is neither cpu nor cuda; as memory_counters
class ModelRecording {
 public:
  ModelRecording(const torch::nn::Module& model, RunInfo info,
                 const torch::optim::Optimizer* optimizer = nullptr, RecordingOptions options = {});
  /// For a model that is no torch::nn::Module: asked for its tensors at the start of the steps that
  /// are explained.
  ModelRecording(std::function<ModelTensors()> tensors, RunInfo info,
                 RecordingOptions options = {});
  ~ModelRecording();
  ModelRecording(const ModelRecording&) = delete;
  ModelRecording& operator=(const ModelRecording&) = delete;

  /// Before forward. `batch`: tensors that are not counted.
  void begin_step(const std::vector<at::Tensor>& batch);
  /// After the loss, before backward. `outputs`: what the program holds on to besides. On a GPU
  /// reading the loss waits for the device.
  /// `told` as of GraphLedger::count.
  void end_forward(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                   const ToldGraph& told);
  void end_forward(const at::Tensor& loss, const std::vector<at::Tensor>& outputs = {});
  /// Whether the graph of the step that has begun is read in end_forward.
  bool is_graph_read() const noexcept;
  /// After backward, before the optimizer: gradients are known as such from here on.
  void end_backward();
  /// After the optimizer.
  void end_step();

  /// The report of all steps so far. Ends the trace: no step can follow. A step that has begun and
  /// not ended, as where it raised, makes the run a failed one.
  RunRecord finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace actscope::tracer
