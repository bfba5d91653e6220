// SPDX-License-Identifier: Apache-2.0
#include "actscope/tracer/torch/model_recording.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/tracer/scope.hpp"
#include "actscope/tracer/step_memory.hpp"
#include "actscope/tracer/torch/allocations.hpp"
#include "actscope/tracer/torch/cuda_allocations.hpp"
#include "actscope/tracer/torch/device_memory.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "actscope/tracer/torch/name_layers.hpp"
#include "actscope/tracer/torch/operator_observer.hpp"

namespace actscope::tracer {
namespace {

using Clock = std::chrono::steady_clock;

// The first step fills the caches of libraries; the second is explained.
constexpr std::int64_t explained_step = 1;

MemoryDevice memory_device_of(const std::string& device) {
  if (device == "cpu") return MemoryDevice::cpu;
  if (device == "cuda") return MemoryDevice::cuda;
  throw ConfigError(error_text("unknown device '" + device + "'", {}, "give cpu or cuda"));
}

// Without an operator where that is possible: it would be one of the step.
double value_of(const at::Tensor& loss) {
  const bool is_plain = loss.device().is_cpu() && loss.numel() == 1;
  if (is_plain && loss.scalar_type() == at::kFloat) {
    return static_cast<double>(*loss.const_data_ptr<float>());
  }
  if (is_plain && loss.scalar_type() == at::kDouble) return *loss.const_data_ptr<double>();
  return loss.detach().item().toDouble();
}

enum class Stage { outside, forward, backward, optimizer };

const char* next_call_of(Stage stage) {
  switch (stage) {
    case Stage::outside:
      return "begin_step";
    case Stage::forward:
      return "end_forward";
    case Stage::backward:
      return "end_backward";
    case Stage::optimizer:
      return "end_step";
  }
  return "";
}

}  // namespace

struct ModelRecording::State {
  State(std::function<ModelTensors()> model_tensors, RunInfo run_info, RecordingOptions chosen,
        const torch::nn::Module* module)
      : tensors(std::move(model_tensors)),
        info(std::move(run_info)),
        options(chosen),
        device(memory_device_of(info.device)) {
    (void)memory_counters(device);  // raises now what the first step would raise
    const ModelTensors now = tensors();
    for (const auto& [name, parameter] : now.parameters) info.parameters += parameter.numel();
    if (options.are_layers_named) return;
    names = module != nullptr ? name_layers(*module) : name_layers(now.parameters);
  }
  ~State() { stop(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void expect(Stage wanted) const;
  void enter(Phase to);
  bool is_explained() const { return step <= explained_step; }
  void begin_trace();
  void begin_memory();
  void begin_ledger(const std::vector<at::Tensor>& batch);
  std::optional<std::size_t> mark(const at::Tensor& tensor, MemoryCategory category);
  void stop();

  std::function<ModelTensors()> tensors;
  RunInfo info;
  RecordingOptions options;
  MemoryDevice device;
  std::unique_ptr<LayerNames> names;
  StepMemory memory;  // sees what the recorder writes
  std::unique_ptr<CudaAllocations> device_memory;
  std::unique_ptr<TraceRecorder> recorder;
  std::unique_ptr<OperatorObserver> observer;
  std::unique_ptr<GraphLedger> ledger;  // of a step that is explained
  std::optional<PhaseScope> phase;
  std::optional<LedgerRecord> record;
  std::vector<std::optional<std::size_t>> marks;  // of the storages of record
  Stage stage = Stage::outside;
  bool is_finished = false;
  std::int64_t step = 0;
  std::int64_t peak_bytes = 0;
  Clock::time_point begin;
  Clock::duration not_of_the_step{};
};

void ModelRecording::State::expect(Stage wanted) const {
  if (is_finished) {
    throw TraceError(error_text("the recording has ended", "finish was called",
                                "make another ModelRecording for another run"));
  }
  if (stage == wanted) return;
  throw TraceError(error_text(std::string(next_call_of(wanted)) + " is called out of order",
                              std::string("expected ") + next_call_of(stage),
                              "call begin_step, end_forward, end_backward, end_step in turn"));
}

void ModelRecording::State::enter(Phase to) {
  phase.reset();
  phase.emplace(to);
}

void ModelRecording::State::begin_trace() {
  const bool is_traced = options.level == RecordingLevel::timeline && step >= explained_step &&
                         step < explained_step + options.traced_steps;
  if (!is_traced) return;
  if (!recorder) {
    RecorderOptions recorded{.sink = options.sink, .observer = &memory};
    recorded.counters = open_counter_reader();
    recorder = std::make_unique<TraceRecorder>(recorded);
    if (device == MemoryDevice::cuda) device_memory = std::make_unique<CudaAllocations>();
  }
  observer = std::make_unique<OperatorObserver>();
  if (step == explained_step) begin_memory();
  recorder->begin_step(step);
}

void ModelRecording::State::begin_memory() {
  if (device_memory) {
    memory.begin(step, device_memory->device(), device_memory->live());
    return;
  }
  std::vector<LiveMemory> live;
  for (const Allocation& allocation : allocations_after(0)) {
    live.push_back({reinterpret_cast<std::uint64_t>(allocation.address), allocation.bytes});
  }
  memory.begin(step, host_memory, std::move(live));
}

std::optional<std::size_t> ModelRecording::State::mark(const at::Tensor& tensor,
                                                       MemoryCategory category) {
  if (!tensor.defined() || !tensor.has_storage()) return std::nullopt;
  return memory.mark(tensor.storage().data(), category);
}

void ModelRecording::State::begin_ledger(const std::vector<at::Tensor>& batch) {
  const ModelTensors now = tensors();
  ledger = std::make_unique<GraphLedger>(device);
  for (const auto& [name, parameter] : now.parameters) {
    ledger->exclude({parameter});
    mark(parameter, MemoryCategory::parameter);
  }
  for (const at::Tensor& buffer : now.buffers) mark(buffer, MemoryCategory::parameter);
  for (const at::Tensor& tensor : now.optimizer_state)
    mark(tensor, MemoryCategory::optimizer_state);
  ledger->exclude(now.buffers);
  ledger->exclude(batch);
  ledger->begin();
}

void ModelRecording::State::stop() {
  phase.reset();
  ledger.reset();
  if (recorder && observer) recorder->end_step();
  observer.reset();
}

ModelRecording::ModelRecording(const torch::nn::Module& model, RunInfo info,
                               const torch::optim::Optimizer* optimizer, RecordingOptions options)
    : state_(std::make_unique<State>([&model, optimizer] { return tensors_of(model, optimizer); },
                                     std::move(info), options, &model)) {}

ModelRecording::ModelRecording(std::function<ModelTensors()> tensors, RunInfo info,
                               RecordingOptions options)
    : state_(std::make_unique<State>(std::move(tensors), std::move(info), options, nullptr)) {}

ModelRecording::~ModelRecording() = default;

void ModelRecording::begin_step(const std::vector<at::Tensor>& batch) {
  State& s = *state_;
  s.expect(Stage::outside);
  reset_peak(s.device);
  s.begin_trace();
  if (s.is_explained()) s.begin_ledger(batch);
  s.stage = Stage::forward;
  s.enter(Phase::forward);
  s.not_of_the_step = {};
  s.begin = Clock::now();
}

bool ModelRecording::is_graph_read() const noexcept {
  return state_->ledger != nullptr;
}

void ModelRecording::end_forward(const at::Tensor& loss, const std::vector<at::Tensor>& outputs,
                                 const ToldGraph& told) {
  State& s = *state_;
  s.expect(Stage::forward);
  const Clock::time_point start = Clock::now();
  if (s.ledger) {
    s.record = s.ledger->count(loss, outputs, told);
    s.record->step = s.step;
    s.marks.clear();
    for (const void* address : s.ledger->kept_memory()) {
      s.marks.push_back(s.memory.mark(address, MemoryCategory::saved_activation));
    }
    s.mark(loss, MemoryCategory::output);
    for (const at::Tensor& output : outputs) s.mark(output, MemoryCategory::output);
    if (s.recorder && s.observer) s.recorder->add_graph(*s.record);
  }
  s.info.losses.push_back(value_of(loss));
  s.stage = Stage::backward;
  s.enter(Phase::backward);
  s.not_of_the_step += Clock::now() - start;
}

void ModelRecording::end_forward(const at::Tensor& loss, const std::vector<at::Tensor>& outputs) {
  end_forward(loss, outputs, ToldGraph{});
}

void ModelRecording::end_backward() {
  State& s = *state_;
  s.expect(Stage::backward);
  const Clock::time_point start = Clock::now();
  if (s.ledger) {
    for (const auto& [name, parameter] : s.tensors().parameters) {
      s.mark(parameter.grad(), MemoryCategory::gradient);
    }
    s.ledger.reset();
  }
  s.stage = Stage::optimizer;
  s.enter(Phase::optimizer);
  s.not_of_the_step += Clock::now() - start;
}

void ModelRecording::end_step() {
  State& s = *state_;
  s.expect(Stage::optimizer);
  const Clock::duration spent = Clock::now() - s.begin - s.not_of_the_step;
  s.info.step_times_s.push_back(std::chrono::duration<double>(spent).count());
  s.peak_bytes = std::max(s.peak_bytes, memory_counters(s.device).peak_bytes);
  s.stop();
  s.stage = Stage::outside;
  ++s.step;
}

RunRecord ModelRecording::finish() {
  State& s = *state_;
  if (s.is_finished) s.expect(Stage::outside);
  if (s.stage != Stage::outside && s.info.status == RunStatus::completed) {
    s.info.status = RunStatus::failed;
    s.info.status_reason = "step " + std::to_string(s.step) +
                           " did not end: " + next_call_of(s.stage) + " was not called";
  }
  s.stop();
  s.is_finished = true;
  if (s.recorder) s.recorder->finish();
  s.device_memory.reset();
  s.info.peak_bytes = s.peak_bytes > 0 ? Measured<std::int64_t>::of(s.peak_bytes)
                                       : Measured<std::int64_t>::missing("no step ended");
  if (s.record && s.record->step < explained_step) {
    s.info.warnings.emplace_back(
        "the ledger is of the first step: what libraries cache at their first use counts as "
        "residual; record two steps");
  }
  const std::optional<MemoryExplanation> memory = s.memory.explain();
  RunRecord record = run_record_of(s.record ? &*s.record : nullptr, s.recorder.get(), s.info,
                                   memory ? &*memory : nullptr, s.marks);
  record.environment.threads = at::get_num_threads();
  return record;
}

}  // namespace actscope::tracer
