// SPDX-License-Identifier: Apache-2.0
// torch.classes.actscope.Recording: the recording of a training loop of Python; and the documents
// that come of it.
#include <torch/custom_class.h>
#include <torch/library.h>

#include <memory>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/judge.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/trace/files.hpp"
#include "actscope/reports/validation.hpp"
#include "actscope/tracer/torch/model_recording.hpp"
#include "told_graph.hpp"

namespace actscope::python {
namespace {

using tracer::ModelRecording;
using tracer::ModelTensors;
using tracer::RecordingLevel;

RunStatus status_of(const std::string& text) {
  if (text == "completed") return RunStatus::completed;
  return text == "interrupted" ? RunStatus::interrupted : RunStatus::failed;
}

class Recording final : public torch::CustomClassHolder {
 public:
  Recording(const std::string& name, const std::string& device, const std::string& dtype,
            std::int64_t batch, std::int64_t parameters, const std::string& level,
            const std::string& folder) {
    tracer::RunInfo info;
    info.kind = ModelKind::python;
    info.name = name;
    info.device = device;
    info.dtype = dtype;
    if (batch > 0) info.batch = batch;
    info.parameters = parameters;
    tracer::RecordingOptions options;
    options.level = level == "timeline" ? RecordingLevel::timeline : RecordingLevel::ledger;
    options.are_layers_named = true;  // the hooks of modules do
    if (options.level == RecordingLevel::timeline) {
      files_ = reports::make_trace_files(folder, {{"model", name}, {"device", device}});
      options.sink = files_.get();
    }
    recording_ = std::make_unique<ModelRecording>([this] { return tensors_; }, info, options);
  }

  void set_tensors(const Texts& names, const Tensors& parameters, const Tensors& buffers,
                   const Tensors& optimizer_state) {
    tensors_ = {};
    for (std::size_t i = 0; i < std::min(names.size(), parameters.size()); ++i) {
      tensors_.parameters.emplace_back(names[i], parameters[i]);
    }
    tensors_.buffers = buffers;
    tensors_.optimizer_state = optimizer_state;
  }
  void begin_step(const Tensors& batch) { recording_->begin_step(batch); }
  void end_forward(const at::Tensor& loss, const Tensors& outputs, Tensors tensors,
                   const Texts& nodes, const Texts& members, const Numbers& numbers,
                   Texts read_nodes, std::int64_t hooked) {
    recording_->end_forward(
        loss, outputs,
        told_graph(std::move(tensors), nodes, members, numbers, std::move(read_nodes), hooked));
  }
  bool is_graph_read() const { return recording_->is_graph_read(); }
  void end_backward() { recording_->end_backward(); }
  void end_step() { recording_->end_step(); }

  std::string finish(const std::string& status, const std::string& reason, const Texts& warnings) {
    RunRecord record = recording_->finish();
    if (record.status == RunStatus::completed || status != "completed") {
      record.status = status_of(status);
      record.status_reason = reason;
    }
    record.warnings.insert(record.warnings.end(), warnings.begin(), warnings.end());
    tensors_ = {};
    return reports::write_run_document(record);
  }

 private:
  ModelTensors tensors_;
  std::unique_ptr<TraceSink> files_;
  std::unique_ptr<ModelRecording> recording_;
};

// The gate's text, its document and its verdict.
std::tuple<std::string, std::string, std::string> gate_runs(
    const std::string& baseline, const std::string& baseline_name, const std::string& candidate,
    const std::string& candidate_name, const std::string& policy, const std::string& policy_name,
    const std::string& today) {
  const reports::GatePolicy rules =
      policy.empty() ? reports::GatePolicy{} : reports::read_policy_document(policy, policy_name);
  const reports::GateResult result =
      reports::judge_runs(reports::read_run_document(baseline, baseline_name),
                          reports::read_run_document(candidate, candidate_name),
                          {baseline_name, candidate_name}, rules, today);
  return {reports::gate_text(result), reports::write_gate_document(result),
          name_of(result.verdict)};
}

TORCH_LIBRARY_FRAGMENT(actscope, library) {
  library.class_<Recording>("Recording")
      .def(torch::init<const std::string&, const std::string&, const std::string&, std::int64_t,
                       std::int64_t, const std::string&, const std::string&>())
      .def("set_tensors", &Recording::set_tensors)
      .def("begin_step", &Recording::begin_step)
      .def("end_forward", &Recording::end_forward)
      .def("is_graph_read", &Recording::is_graph_read)
      .def("end_backward", &Recording::end_backward)
      .def("end_step", &Recording::end_step)
      .def("finish", &Recording::finish);
  library.def(
      "gate_runs(str baseline, str baseline_name, str candidate, str candidate_name, str policy, "
      "str policy_name, str today) -> (str, str, str)",
      TORCH_FN(gate_runs));
  library.def("validate_document(str text, str source) -> ()",
              [](const std::string& text, const std::string& source) {
                reports::validate_document(text, source);
              });
}

}  // namespace
}  // namespace actscope::python
