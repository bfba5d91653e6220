// SPDX-License-Identifier: Apache-2.0
// Training checkpoints: parameters, optimizer moments and what the run has gathered so far.
#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/sha256.hpp"
#include "training_session.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t checkpoint_version = 1;

std::filesystem::path checkpoint_path(const RunConfig& config) {
  return std::filesystem::path(config.out) / "checkpoint.pt";
}

// What must be equal for a run to be the continuation of another.
std::string config_digest(const RunConfig& c, const DataSet& data) {
  std::ostringstream text;
  text.precision(17);
  const auto number = [](const std::optional<std::int64_t>& value) { return value.value_or(-1); };
  text << c.model << '|' << number(c.dim) << '|' << number(c.depth) << '|' << number(c.patch) << '|'
       << number(c.image_size) << '|' << number(c.classes) << '|' << c.data << '|'
       << c.train_samples << '|' << c.heldout_samples << '|' << c.augment << '|' << c.scheme << '|'
       << c.block_rows << '|' << c.block_cols << '|' << c.sparsity_ratio << '|' << c.select << '|'
       << c.schedule << '|' << c.epochs << '|' << c.steps << '|' << c.batch << '|' << c.seed << '|'
       << c.learning_rate << '|' << c.weight_decay << '|' << c.warmup_ratio << '|'
       << c.label_smoothing << '|' << c.device << '|' << c.dtype << '|' << c.workspace_bytes;
  for (const std::string& change : c.slot_overrides) text << "|s " << change;
  for (const std::string& change : c.operand_overrides) text << "|o " << change;
  // What is off does not count: checkpoints of before it was there stay good.
  if (c.optimizer != "adamw") text << "|optimizer " << c.optimizer;
  if (c.drop_path_ratio != 0) text << "|drop path of halves " << c.drop_path_ratio;
  if (c.ema_decay != 0) text << "|ema " << c.ema_decay;
  text << "|d " << data.sha256;
  Sha256 digest;
  digest.update(text.str());
  return digest.hex_digest();
}

torch::Tensor as_tensor(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64);
}

std::vector<double> as_vector(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kCPU, torch::kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

// An absent number is written as NaN; the reason is not kept.
double number_of(const Measured<double>& measured) {
  return measured.value.value_or(NAN);
}

Measured<double> measured_of(double number) {
  return std::isnan(number) ? Measured<double>::missing("not measured")
                            : Measured<double>::of(number);
}

constexpr std::size_t point_numbers = 7;

std::vector<double> flatten(const std::vector<AccuracyPoint>& points) {
  std::vector<double> numbers;
  for (const AccuracyPoint& p : points) {
    numbers.insert(numbers.end(),
                   {static_cast<double>(p.epoch), static_cast<double>(p.step), p.elapsed_s,
                    number_of(p.train_loss), number_of(p.train_accuracy_ratio),
                    number_of(p.heldout_loss), number_of(p.heldout_accuracy_ratio)});
  }
  return numbers;
}

std::vector<AccuracyPoint> unflatten(const std::vector<double>& numbers) {
  std::vector<AccuracyPoint> points;
  for (std::size_t at = 0; at + point_numbers <= numbers.size(); at += point_numbers) {
    AccuracyPoint p;
    p.epoch = static_cast<std::int64_t>(numbers[at]);
    p.step = static_cast<std::int64_t>(numbers[at + 1]);
    p.elapsed_s = numbers[at + 2];
    p.train_loss = measured_of(numbers[at + 3]);
    p.train_accuracy_ratio = measured_of(numbers[at + 4]);
    p.heldout_loss = measured_of(numbers[at + 5]);
    p.heldout_accuracy_ratio = measured_of(numbers[at + 6]);
    points.push_back(p);
  }
  return points;
}

}  // namespace

void TrainingSession::save_checkpoint() const {
  torch::serialize::OutputArchive archive;
  archive.write("version", torch::tensor(checkpoint_version));
  archive.write("config", c10::IValue(config_digest(config_, data_)));
  torch::serialize::OutputArchive model, optimizer;
  model_->save(model);
  optimizer_->save(optimizer);
  archive.write("model", model);
  archive.write("optimizer", optimizer);
  if (average_) {
    torch::serialize::OutputArchive average;
    average_->save(average);
    archive.write("average", average);
  }
  archive.write("step", torch::tensor(progress_.step));
  archive.write("sums", as_tensor({progress_.elapsed_s, progress_.loss_sum,
                                   static_cast<double>(progress_.correct),
                                   static_cast<double>(progress_.steps_summed)}));
  archive.write("accuracy", as_tensor(flatten(progress_.accuracy)));
  archive.write("step_times_s", as_tensor(progress_.step_times_s));
  std::ostringstream bytes;
  archive.save_to(bytes);
  std::error_code code;  // where this fails, writing says so
  std::filesystem::create_directories(config_.out, code);
  write_file_atomically(checkpoint_path(config_), bytes.str());
}

void TrainingSession::load_checkpoint() {
  const std::filesystem::path path = checkpoint_path(config_);
  std::error_code code;
  if (!std::filesystem::exists(path, code)) {
    throw DataError(error_text("nothing to resume in " + config_.out, "it has no checkpoint.pt",
                               "a checkpoint is written when a run is stopped, and every "
                               "--checkpoint-every steps"));
  }
  std::string digest;
  try {
    std::istringstream bytes(read_file(path, std::int64_t{1} << 36));
    torch::serialize::InputArchive archive;
    archive.load_from(bytes, device_);
    c10::IValue config;
    archive.read("config", config);
    digest = config.toStringRef();
    torch::Tensor version, step, sums, accuracy, times;
    archive.read("version", version);
    if (version.item<std::int64_t>() != checkpoint_version) throw DataError("another version");
    archive.read("step", step);
    archive.read("sums", sums);
    archive.read("accuracy", accuracy);
    archive.read("step_times_s", times);
    if (digest == config_digest(config_, data_)) {
      torch::serialize::InputArchive model, optimizer;
      archive.read("model", model);
      archive.read("optimizer", optimizer);
      model_->load(model);
      optimizer_->load(optimizer);
      if (average_) {
        torch::serialize::InputArchive average;
        archive.read("average", average);
        average_->load(average);
      }
      progress_.step = step.item<std::int64_t>();
      const std::vector<double> numbers = as_vector(sums);
      progress_.elapsed_s = numbers.at(0);
      progress_.loss_sum = numbers.at(1);
      progress_.correct = static_cast<std::int64_t>(numbers.at(2));
      progress_.steps_summed = static_cast<std::int64_t>(numbers.at(3));
      progress_.accuracy = unflatten(as_vector(accuracy));
      progress_.step_times_s = as_vector(times);
      return;
    }
  } catch (const std::exception&) {
    throw DataError(error_text("cannot use " + path.string(),
                               "it is truncated, damaged or no checkpoint of this version",
                               "start over with --force"));
  }
  throw DataError(error_text("cannot resume in " + config_.out,
                             "its checkpoint is of another configuration or other data",
                             "give the same options as before, or --force to start over"));
}

}  // namespace actscope::core
