// SPDX-License-Identifier: Apache-2.0
#include "kernels/activations.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/core/data/dataset.hpp"
#include "plain_resmlp.hpp"

namespace actscope::bench {
namespace {

using torch::Tensor;

constexpr std::int64_t image_size = 28, patch = 2;  // 14 · 14 = positions
constexpr std::int64_t depth = 4, recorded_block = 2;
constexpr std::int64_t largest_batch = 16, samples = 4096;

struct Images {
  core::DataSet data;
  std::string name;
};

Images load_images(const KernelsSettings& settings) {
  RunConfig config;
  config.seed = settings.seed;
  config.train_samples = samples;
  config.heldout_samples = 1;
  config.data = "fashion-mnist";
  try {
    return {core::load_data(config, core::data_shape(config)), "Fashion-MNIST"};
  } catch (const DataError& error) {
    config.data = "synthetic";
    config.image_size = image_size;
    const std::string reason = error.what();
    return {core::load_data(config, core::data_shape(config)),
            "synthetic images, because " + reason.substr(0, reason.find('\n'))};
  }
}

struct Batch {
  Tensor images, labels;
};

// Samples [first, first + count), from the beginning again where they end.
Batch batch_of(const core::DataSet& data, std::int64_t first, std::int64_t count) {
  const core::ImageSet& set = data.train;
  const std::int64_t pixels = set.channels * set.height * set.width;
  Tensor images = torch::empty({count, set.channels, set.height, set.width});
  Tensor labels = torch::empty({count}, torch::kInt64);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t sample = (first + i) % set.samples;
    images[i] = torch::from_blob(const_cast<std::uint8_t*>(set.pixels.data()) + sample * pixels,
                                 {set.channels, set.height, set.width}, torch::kUInt8)
                    .to(torch::kFloat);
    labels[i] = set.labels[static_cast<std::size_t>(sample)];
  }
  const auto channel = [&](const std::vector<float>& values) {
    return torch::tensor(values).view({1, set.channels, 1, 1});
  };
  return {(images / 255 - channel(data.mean)) / channel(data.stddev), labels};
}

void train(PlainResMlp& model, const core::DataSet& data, std::int64_t steps, std::int64_t batch) {
  torch::optim::AdamW optimizer(model.parameters(), torch::optim::AdamWOptions(1e-3));
  for (std::int64_t step = 0; step < steps; ++step) {
    const Batch now = batch_of(data, step * batch, batch);
    optimizer.zero_grad();
    plain_cross_entropy(model.forward(now.images), now.labels, 0.1).backward();
    optimizer.step();
  }
}

// The first `rows` rows of all images together.
std::vector<float> rows_of(const Tensor& tensor, std::int64_t rows) {
  const Tensor flat = tensor.flatten(0, 1).narrow(0, 0, rows).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

}  // namespace

Activations record_activations(const KernelsSettings& settings) {
  at::set_num_threads(static_cast<int>(settings.threads.front()));
  at::manual_seed(static_cast<std::uint64_t>(settings.seed));
  const Images images = load_images(settings);
  PlainResMlp model({.image_size = image_size,
                     .patch = patch,
                     .in_channels = images.data.train.channels,
                     .dim = channels,
                     .depth = depth,
                     .classes = images.data.classes,
                     .expansion = hidden / channels});
  const std::int64_t needed = (settings.tokens + positions - 1) / positions;
  train(model, images.data, settings.train_steps, std::min(needed, largest_batch));
  const at::NoGradGuard no_grad;
  const PlainActivations a =
      model.activations(batch_of(images.data, 0, needed).images, recorded_block);
  Activations record;
  record.tokens = settings.tokens;
  record.images = std::max<std::int64_t>(1, settings.tokens / positions);
  record.z = rows_of(a.z, record.tokens);
  record.u = rows_of(a.u, record.tokens);
  record.y = rows_of(a.y, record.images * positions);
  record.origin = "activations of block " + std::to_string(recorded_block) + " of a ResMLP of " +
                  std::to_string(channels) + " channels and " + std::to_string(depth) +
                  " blocks after " + std::to_string(settings.train_steps) + " steps on " +
                  images.name;
  return record;
}

}  // namespace actscope::bench
