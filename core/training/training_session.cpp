// SPDX-License-Identifier: Apache-2.0
#include "training/training_session.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/core/model/loss.hpp"
#include "actscope/core/scheme/byte_model.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "actscope/tracer/scope.hpp"
#include "training/heldout.hpp"
#include "training/lamb.hpp"
#include "training/learning_rate.hpp"
#include "training/safetensors.hpp"
#include "training/stopwatch.hpp"
#include "training/torch_threads.hpp"

namespace actscope::core {
namespace {

std::int64_t storage_bytes(const torch::Tensor& tensor) {
  return static_cast<std::int64_t>(tensor.storage().nbytes());
}

// Weight decay on matrices only: biases, affines and LayerScale vectors go without.
std::unique_ptr<torch::optim::AdamW> make_optimizer(const torch::nn::Module& model,
                                                    const RunConfig& config) {
  std::vector<torch::Tensor> matrices, vectors;
  for (const torch::Tensor& parameter : model.parameters()) {
    (parameter.dim() > 1 ? matrices : vectors).push_back(parameter);
  }
  const bool is_lamb = optimizer_of(config) == OptimizerKind::lamb;
  auto options = [&](double decay) {
    auto made = std::make_unique<torch::optim::AdamWOptions>(config.learning_rate);
    made->weight_decay(decay);
    if (is_lamb) made->eps(1e-6);  // as LAMB's authors
    return made;
  };
  const auto all =
      torch::optim::AdamWOptions(config.learning_rate).weight_decay(config.weight_decay);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, options(config.weight_decay));
  groups.emplace_back(vectors, options(0));
  if (is_lamb) return std::make_unique<Lamb>(groups, all);
  return std::make_unique<torch::optim::AdamW>(groups, all);
}

}  // namespace

TrainingSession::TrainingSession(const RunConfig& config, const TrainingHooks& hooks)
    : config_(config),
      hooks_(hooks),
      device_(config.device),
      memory_(device_of(config) == DeviceKind::cuda ? tracer::MemoryDevice::cuda
                                                    : tracer::MemoryDevice::cpu),
      tracer_(config, hooks),
      probe_(config.gradient_errors) {
  tracer::install_counting_cpu_allocator();
  set_threads(config_.threads);
  const ResMlpGeometry geometry = resolve_geometry(config_);
  data_ = load_data(config_, data_shape(config_));
  if (data_.train.samples < config_.batch) {
    throw ConfigError(error_text("a batch is larger than the training set",
                                 "batch " + std::to_string(config_.batch) + ", " +
                                     std::to_string(data_.train.samples) + " images",
                                 "give a smaller --batch or more --train-samples"));
  }
  scheme_ = make_scheme(config_, geometry);
  schedule_ = parse_schedule(config_.schedule);
  footprint_ = footprint_of(config_);
  at::manual_seed(static_cast<std::uint64_t>(config_.seed));
  model_ = std::make_unique<ResMlp>(geometry, scheme_, static_cast<std::uint64_t>(config_.seed),
                                    config_.workspace_bytes, parse_element_type(config_.dtype));
  if (!config_.weights.empty()) load_weights(*model_, config_.weights);
  model_->to(device_);
  if (parse_element_type(config_.dtype) == ElementType::bf16 && scheme_.is_plain_autograd())
    model_->hold_narrow_copies();
  optimizer_ = make_optimizer(*model_, config_);
  if (config_.ema_decay > 0) {
    average_ = std::make_unique<WeightAverage>(*model_, config_.ema_decay);
  }
  graph_ = std::make_unique<StepLedger>(memory_, *model_, *optimizer_, tracer_);
  loader_ = std::make_unique<BatchLoader>(
      data_, config_.augment, static_cast<std::uint64_t>(config_.seed), config_.data_workers);
  const auto note = [progress = hooks.progress](std::string_view line) {
    if (progress != nullptr) progress->note(line);
  };
  for (const std::string& line : data_.notes) note(line);
  corrupt_train_ = std::make_unique<CorruptImages>(data_.train, config_.max_corrupt_share, note);
  corrupt_heldout_ =
      std::make_unique<CorruptImages>(data_.heldout, config_.max_corrupt_share, note);
  total_steps_ =
      config_.steps > 0 ? config_.steps : config_.epochs * loader_->steps_per_epoch(config_.batch);
  loader_->expect_steps(total_steps_);
}

TrainingState TrainingSession::state() {
  return {config_, data_, *model_, average_.get(), *optimizer_, progress_, total_steps_};
}

bool TrainingSession::is_epoch_end() const {
  return progress_.step % loader_->steps_per_epoch(config_.batch) == 0 ||
         progress_.step == total_steps_;
}

void TrainingSession::set_learning_rate() {
  const double rate =
      learning_rate_at(progress_.step, total_steps_, config_.learning_rate, config_.warmup_ratio);
  for (auto& group : optimizer_->param_groups()) group.options().set_lr(rate);
}

void TrainingSession::set_scheme() {
  model_->set_step(progress_.step);
  model_->set_scheme(scheme_at(scheme_, schedule_.share_at(progress_.step)));
}

// Predicts the last step that ran, which is the one whose bytes are shown.
void TrainingSession::predict_bytes() {
  const std::int64_t last = std::max<std::int64_t>(0, progress_.step - 1);
  footprint_ = footprint_of(config_, schedule_.share_at(last));
}

// The first step that fills no caches any more, or the only one.
bool TrainingSession::is_ledger_step() const {
  return !tracer_.is_bare_step() && !graph_->is_done() &&
         (saved_.steps > 0 || progress_.step + 1 == total_steps_);
}

torch::Tensor TrainingSession::measured_forward(const Batch& batch, torch::Tensor& logits) {
  const bool is_traced = !tracer_.is_bare_step();
  tracer::StoreLedger ledger;
  if (is_traced) {
    for (const torch::Tensor& parameter : model_->parameters()) {
      ledger.exclude(parameter.storage().unsafeGetStorageImpl());
    }
    for (const torch::Tensor& copy : model_->narrow_copies()) {
      ledger.exclude(copy.storage().unsafeGetStorageImpl());
    }
    ledger.exclude(batch.images.storage().unsafeGetStorageImpl());
    ledger.exclude(batch.labels.storage().unsafeGetStorageImpl());
  }
  if (is_ledger_step()) graph_->begin(batch);
  const std::int64_t before = tracer::memory_counters(memory_).live_bytes;
  const DropPath drop_path{config_.drop_path_ratio, static_cast<std::uint64_t>(config_.seed),
                           progress_.step};
  logits = model_->forward(batch.images, is_traced ? &ledger : nullptr, &drop_path);
  torch::Tensor loss = smoothed_cross_entropy(logits, batch.labels, config_.label_smoothing,
                                              is_traced ? &ledger : nullptr);
  if (progress_.step == 0 && hooks_.before_count) hooks_.before_count();
  graph_->count(progress_.step, loss, logits);
  if (is_traced) {
    const std::int64_t after = tracer::memory_counters(memory_).live_bytes;
    add_saved(after - before - storage_bytes(logits) - storage_bytes(loss), std::move(ledger));
  }
  return loss;
}

// A step whose ledger lacks something is not measured: its figures would be wrong.
void TrainingSession::add_saved(std::int64_t saved_bytes, tracer::StoreLedger&& ledger) {
  if (!ledger.is_whole()) {
    return tracer_.note_failure("no memory for the ledger of what the stores keep");
  }
  if (saved_.steps == 0) require_predicted(ledger);
  tracer_.add_ledger(ledger, saved_bytes, footprint_.totals.dense_saved_bytes);
  saved_.add(saved_bytes, std::move(ledger));
}

// The byte model and the stores must speak of the same slots, or the report would leave some out.
void TrainingSession::require_predicted(const tracer::StoreLedger& ledger) const {
  for (const tracer::SlotBytes& bytes : ledger.slots()) {
    const auto layer = std::ranges::find(footprint_.layers, bytes.layer, &LayerFootprint::name);
    if (layer != footprint_.layers.end() &&
        std::ranges::find(layer->slots, bytes.slot, &SlotFootprint::name) != layer->slots.end()) {
      continue;
    }
    throw Error(error_text("internal error: slot " + bytes.slot + " of " + bytes.layer +
                               " was stored but not predicted",
                           "scheme " + config_.scheme, "report it with the configuration"));
  }
}

// Forward, loss, backward and optimizer, each a phase of the trace.
double TrainingSession::traced_step(const Batch& batch, std::int64_t& correct) {
  torch::Tensor logits, loss;
  {
    const tracer::PhaseScope phase(Phase::forward);
    loss = measured_forward(batch, logits);
  }
  const auto loss_value = loss.item<double>();
  if (std::isfinite(loss_value)) {
    {
      const tracer::PhaseScope phase(Phase::backward);
      loss.backward();
    }
    graph_->mark_gradients();
    const tracer::PhaseScope phase(Phase::optimizer);
    optimizer_->step();
    optimizer_->zero_grad();
    if (average_) average_->update();
  }
  if (!std::isfinite(loss_value)) {
    non_finite_layer_ = model_->first_non_finite_layer(batch.images);
  }
  correct = logits.argmax(1).eq(batch.labels).sum().item<std::int64_t>();
  return loss_value;
}

double TrainingSession::step() {
  const std::int64_t live_bytes = tracer::memory_counters(memory_).live_bytes;
  Batch batch = loader_->train_batch(progress_.step, config_.batch);
  corrupt_train_->add(batch.corrupt);
  batch.images = batch.images.to(device_);
  batch.labels = batch.labels.to(device_);
  set_learning_rate();
  set_scheme();
  if (probe_.is_due(progress_.step)) {
    probe_.sample(*model_, scheme_at(scheme_, schedule_.share_at(progress_.step)), batch,
                  config_.label_smoothing);
  }
  tracer::reset_peak(memory_);
  tracer_.begin_step(progress_.step, total_steps_, live_bytes);
  const auto start = Clock::now();
  std::int64_t correct = 0;
  const double loss_value = traced_step(batch, correct);
  const double seconds = seconds_since(start);
  tracer_.end_step(seconds);
  peak_bytes_ = std::max(peak_bytes_, tracer::memory_counters(memory_).peak_bytes);
  progress_.step_times_s.push_back(seconds);
  progress_.elapsed_s += seconds;
  progress_.loss_sum += loss_value;
  progress_.correct += correct;
  ++progress_.steps_summed;
  ++progress_.step;
  return loss_value;
}

void TrainingSession::evaluate() {
  if (average_) average_->swap();
  const HeldoutSums sums = walk_heldout(*model_, *loader_, device_, config_.batch,
                                        [&](const Batch& batch, const torch::Tensor&) {
                                          corrupt_heldout_->add(batch.corrupt);
                                          return true;
                                        });
  if (average_) average_->swap();
  if (sums.samples == 0) {
    throw DataError(error_text("not one held-out image can be read", {}, "check --data-dir"));
  }
  const auto measured = [](double value) {
    return std::isfinite(value) ? Measured<double>::of(value)
                                : Measured<double>::missing("the loss is not finite");
  };
  AccuracyPoint point;
  point.step = progress_.step;
  point.epoch = progress_.step / loader_->steps_per_epoch(config_.batch);
  point.elapsed_s = progress_.elapsed_s;
  const auto summed = static_cast<double>(progress_.steps_summed);
  if (progress_.steps_summed > 0) {
    point.train_loss = measured(progress_.loss_sum / summed);
    point.train_accuracy_ratio = Measured<double>::of(
        static_cast<double>(progress_.correct) / (summed * static_cast<double>(config_.batch)));
  } else {
    point.train_loss = Measured<double>::missing("no step since the last point");
    point.train_accuracy_ratio = point.train_loss;
  }
  const auto samples = static_cast<double>(sums.samples);
  point.heldout_loss = measured(sums.loss / samples);
  point.heldout_accuracy_ratio = Measured<double>::of(static_cast<double>(sums.correct) / samples);
  progress_.accuracy.push_back(point);
  progress_.loss_sum = 0;
  progress_.correct = progress_.steps_summed = 0;
}

std::string TrainingSession::first_non_finite_parameter() const {
  for (const auto& parameter : model_->named_parameters()) {
    if (!parameter.value().isfinite().all().item<bool>()) return parameter.key();
  }
  return {};
}

void TrainingSession::fill(RunRecord& record) {
  if (average_) average_->swap();
  record.config = config_;
  tracer_.finish(record);
  record.ledger = graph_->record();
  record.parameters = footprint_.totals.parameters;
  record.train_samples = data_.train.samples;
  record.heldout_samples = data_.heldout.samples;
  record.data_sha256 = data_.sha256;
  record.layer_names = layer_names(model_->geometry());
  record.accuracy = progress_.accuracy;
  record.gradients = probe_.errors();
  record.step_times_s = progress_.step_times_s;
  predict_bytes();
  fill_bytes(record, {config_, footprint_, progress_, saved_, peak_bytes_,
                      schedule_.kind == SparsitySchedule::Kind::constant});
  probe_.fill(record.layers);
  record.warnings.insert(record.warnings.end(), data_.notes.begin(), data_.notes.end());
  for (const auto* corrupt : {corrupt_train_.get(), corrupt_heldout_.get()}) {
    for (std::string& line : corrupt->lines()) record.warnings.push_back(std::move(line));
  }
  record.summary.workspace_bytes = config_.workspace_bytes;
  record.summary.steps = progress_.step;
  record.summary.weights_sha256 = weights_digest(*model_);
  fill_results(record.summary, config_, progress_);
}

}  // namespace actscope::core
