// SPDX-License-Identifier: Apache-2.0
#include "training/checkpoint.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/sha256.hpp"
#include "actscope/core/config/alike.hpp"
#include "training/checkpoint_file.hpp"
#include "training/safetensors.hpp"

namespace actscope::core {
namespace {

using torch::optim::AdamWParamState;

constexpr const char* times_name = "step_times_s";

std::filesystem::path checkpoint_path(const RunConfig& config) {
  return std::filesystem::path(config.out) / checkpoint_name;
}

std::string config_digest(const RunConfig& config, const DataSet& data) {
  Sha256 digest;
  digest.update(continuation_key(config) + "|d " + data.sha256);
  return digest.hex_digest();
}

// A tensor of the training and what it is called in a checkpoint.
struct NamedTensor {
  std::string name;
  torch::Tensor tensor;
};

std::string moment_name(const char* moment, const std::string& parameter) {
  return std::string("optimizer.") + moment + "." + parameter;
}

// Parameters and buffers of the model, and the average of the parameters where there is one.
std::vector<NamedTensor> tensors_of(const torch::nn::Module& model, const WeightAverage* average) {
  std::vector<NamedTensor> tensors;
  std::size_t i = 0;
  for (const auto& parameter : model.named_parameters()) {
    tensors.push_back({"model." + parameter.key(), parameter.value()});
    if (average == nullptr) continue;
    tensors.push_back({"average." + parameter.key(), average->averages()[i++]});
  }
  for (const auto& buffer : model.named_buffers()) {
    tensors.push_back({"model." + buffer.key(), buffer.value()});
  }
  return tensors;
}

[[noreturn]] void refuse_tensors(const std::string& source, const std::string& why) {
  throw DataError(
      error_text("cannot use " + source + " as a checkpoint", why, "start over with --force"));
}

// Raises where the tensors of a file are not exactly those wanted, in type and shape.
void require_same(const std::vector<NamedTensor>& wanted, const std::vector<TensorEntry>& found,
                  const std::string& source) {
  for (const NamedTensor& one : wanted) {
    const auto entry = std::ranges::find(found, one.name, &TensorEntry::name);
    if (entry == found.end()) refuse_tensors(source, "it lacks tensor " + one.name);
    if (entry->dtype != dtype_name(one.tensor.scalar_type()) ||
        one.tensor.sizes() != torch::IntArrayRef(entry->shape)) {
      refuse_tensors(source, "tensor " + one.name + " has another type or shape");
    }
  }
  if (found.size() != wanted.size()) {
    refuse_tensors(source, "it has tensors that this run has not");
  }
}

// Whether the numbers of a state can be those of this run, beyond what any state must fulfill.
bool is_of_run(const CheckpointState& state, std::int64_t total_steps, std::int64_t batch) {
  return state.step <= total_steps && state.correct <= state.steps_summed * batch;
}

[[noreturn]] void refuse_without_checkpoint(const RunConfig& config) {
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::path(config.out) / checkpoint_name_before, code)) {
    throw DataError(error_text("cannot resume in " + config.out,
                               "its checkpoint.pt is of an earlier version of Actscope, and a "
                               "pickle, which is not read any more",
                               "start over with --force, or end the run with that version"));
  }
  throw DataError(error_text("nothing to resume in " + config.out,
                             "it has no checkpoint.safetensors",
                             "a checkpoint is written when a run is stopped, and every "
                             "--checkpoint-every steps"));
}

}  // namespace

void save_checkpoint(const TrainingState& run) {
  CheckpointState state;
  state.config_digest = config_digest(run.config, run.data);
  state.step = run.progress.step;
  state.elapsed_s = run.progress.elapsed_s;
  state.loss_sum = run.progress.loss_sum;
  state.correct = run.progress.correct;
  state.steps_summed = run.progress.steps_summed;
  state.accuracy = run.progress.accuracy;
  std::vector<NamedTensor> tensors = tensors_of(run.model, run.average);
  for (const auto& parameter : run.model.named_parameters()) {
    const auto found = run.optimizer.state().find(parameter.value().unsafeGetTensorImpl());
    if (found == run.optimizer.state().end()) continue;
    const auto& moments = static_cast<const AdamWParamState&>(*found->second);
    state.optimizer_steps[parameter.key()] = moments.step();
    tensors.push_back({moment_name("exp_avg", parameter.key()), moments.exp_avg()});
    tensors.push_back({moment_name("exp_avg_sq", parameter.key()), moments.exp_avg_sq()});
  }
  if (!run.progress.step_times_s.empty()) {
    tensors.push_back({times_name, torch::tensor(run.progress.step_times_s, torch::kFloat64)});
  }
  std::vector<TensorEntry> entries;
  for (NamedTensor& one : tensors) {
    one.tensor = one.tensor.detach().cpu().contiguous();  // itself, on the CPU
    entries.push_back({one.name, std::string(dtype_name(one.tensor.scalar_type())),
                       one.tensor.sizes().vec(), bytes_of(one.tensor)});
  }
  std::error_code code;  // where this fails, writing says so
  std::filesystem::create_directories(run.config.out, code);
  write_checkpoint(checkpoint_path(run.config), state, entries);
}

void load_checkpoint(const TrainingState& run) {
  const std::filesystem::path path = checkpoint_path(run.config);
  std::error_code code;
  if (!std::filesystem::exists(path, code)) refuse_without_checkpoint(run.config);
  const std::string bytes = read_file(path, std::int64_t{1} << 40);
  const Checkpoint checkpoint = parse_checkpoint(bytes, path.string());
  const CheckpointState& state = checkpoint.state;
  if (state.config_digest != config_digest(run.config, run.data) ||
      !is_of_run(state, run.total_steps, run.config.batch)) {
    throw DataError(error_text("cannot resume in " + run.config.out,
                               "its checkpoint is of another configuration or other data",
                               "give the same options as before, or --force to start over"));
  }
  std::vector<NamedTensor> wanted = tensors_of(run.model, run.average);
  std::vector<std::pair<void*, std::unique_ptr<AdamWParamState>>> moments;
  for (const auto& parameter : run.model.named_parameters()) {
    const auto steps = state.optimizer_steps.find(parameter.key());
    if (steps == state.optimizer_steps.end()) continue;
    auto moment = std::make_unique<AdamWParamState>();
    moment->step(steps->second);
    moment->exp_avg(torch::zeros_like(parameter.value()));
    moment->exp_avg_sq(torch::zeros_like(parameter.value()));
    wanted.push_back({moment_name("exp_avg", parameter.key()), moment->exp_avg()});
    wanted.push_back({moment_name("exp_avg_sq", parameter.key()), moment->exp_avg_sq()});
    moments.emplace_back(parameter.value().unsafeGetTensorImpl(), std::move(moment));
  }
  if (moments.size() != state.optimizer_steps.size()) {
    for (const auto& [name, steps] : state.optimizer_steps) {
      if (run.model.named_parameters().contains(name)) continue;
      refuse_tensors(path.string(), "the model has no parameter " + name);
    }
  }
  torch::Tensor times = torch::empty({state.step}, torch::kFloat64);
  if (state.step > 0) wanted.push_back({times_name, times});
  require_same(wanted, checkpoint.tensors, path.string());
  const auto entry_of = [&](const std::string& name) -> const TensorEntry& {
    return *std::ranges::find(checkpoint.tensors, name, &TensorEntry::name);
  };
  const at::NoGradGuard no_grad;
  if (state.step > 0) {
    const torch::Tensor read = tensor_of(entry_of(times_name));
    if (!read.isfinite().logical_and(read >= 0).all().item<bool>()) {
      refuse_tensors(path.string(), "it has a step time that cannot be");
    }
  }
  for (NamedTensor& one : wanted) one.tensor.copy_(tensor_of(entry_of(one.name)));
  for (auto& [parameter, moment] : moments) run.optimizer.state()[parameter] = std::move(moment);
  run.progress.step = state.step;
  run.progress.elapsed_s = state.elapsed_s;
  run.progress.loss_sum = state.loss_sum;
  run.progress.correct = state.correct;
  run.progress.steps_summed = state.steps_summed;
  run.progress.accuracy = state.accuracy;
  run.progress.step_times_s.assign(times.const_data_ptr<double>(),
                                   times.const_data_ptr<double>() + times.numel());
}

}  // namespace actscope::core
