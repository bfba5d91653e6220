// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/data/dataset.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/sha256.hpp"
#include "actscope/core/scheme/resmlp_geometry.hpp"
#include "data/cifar.hpp"
#include "data/idx.hpp"
#include "data/image_folder.hpp"
#include "data/synthetic.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t synthetic_train_samples = 2048;
constexpr std::int64_t synthetic_heldout_samples = 512;
constexpr std::int64_t largest_synthetic_bytes = std::int64_t{1} << 36;

bool is_published(const std::string& model) {
  return std::ranges::find(published_models(), model) != published_models().end();
}

// Keeps `wanted` of the files, evenly spread: they are sorted by class.
void keep_spread(ImageSet& set, std::int64_t wanted) {
  for (std::int64_t i = 0; i < wanted; ++i) {
    const auto from = static_cast<std::size_t>(i * set.samples / wanted);
    std::swap(set.files[static_cast<std::size_t>(i)], set.files[from]);
    set.labels[static_cast<std::size_t>(i)] = set.labels[from];
  }
  set.files.resize(static_cast<std::size_t>(wanted));
}

// Keeps the first `wanted` samples; 0 keeps all.
void keep_first(ImageSet& set, std::int64_t wanted, const char* option) {
  if (wanted == 0 || wanted == set.samples) return;
  if (wanted > set.samples) {
    throw ConfigError(error_text(
        std::string(option) + " is more than there is",
        "got " + std::to_string(wanted) + " of " + std::to_string(set.samples) + " images",
        "give a smaller number, or 0 for all"));
  }
  if (!set.files.empty()) keep_spread(set, wanted);
  set.samples = wanted;
  set.labels.resize(static_cast<std::size_t>(wanted));
  if (set.files.empty()) {
    set.pixels.resize(static_cast<std::size_t>(wanted * set.channels * set.height * set.width));
  }
}

void make_synthetic(const RunConfig& config, const DataShape& shape, DataPart part, DataSet& data) {
  const auto seed = static_cast<std::uint64_t>(config.seed);
  const std::int64_t train =
      config.train_samples > 0 ? config.train_samples : synthetic_train_samples;
  const std::int64_t heldout =
      config.heldout_samples > 0 ? config.heldout_samples : synthetic_heldout_samples;
  const std::int64_t image_bytes = shape.channels * shape.image_size * shape.image_size;
  if (train + heldout > largest_synthetic_bytes / image_bytes) {
    throw ConfigError(
        error_text("the synthetic images are too many", "they would take over 64 GiB of memory",
                   "give smaller --train-samples, --heldout-samples or --image-size"));
  }
  if (part == DataPart::both) data.train = make_synthetic_images(shape, train, 2 * seed);
  data.heldout = make_synthetic_images(shape, heldout, 2 * seed + 1);
  data.mean.assign(static_cast<std::size_t>(shape.channels), 0.5F);
  data.stddev.assign(static_cast<std::size_t>(shape.channels), 0.25F);
  data.flips = false;
  Sha256 digest;
  digest.update("synthetic " + std::to_string(seed) + " " + std::to_string(shape.channels) + " " +
                std::to_string(shape.image_size) + " " + std::to_string(shape.classes) + " " +
                std::to_string(train) + " " + std::to_string(heldout));
  data.sha256 = digest.hex_digest();
}

std::string folder_of(const RunConfig& config, const char* what) {
  if (!config.data_dir.empty()) return config.data_dir;
  throw DataError(error_text(config.data + " needs a folder", "no --data-dir was given",
                             std::string("give the folder of ") + what));
}

DataShape synthetic_shape(const RunConfig& config) {
  if (is_published(config.model)) return {3, 224, 1000};
  return {3, config.image_size.value_or(28), config.classes.value_or(10)};
}

DataShape image_folder_shape(const RunConfig& config) {
  const std::int64_t side = is_published(config.model) ? 224 : config.image_size.value_or(224);
  if (config.data_dir.empty() && config.classes) return {3, side, *config.classes};
  const auto classes = image_classes(folder_of(config, "train/ and val/"));
  return {3, side, static_cast<std::int64_t>(classes.size())};
}

// What a set is read from, and where it goes.
struct Loading {
  const RunConfig& config;
  const DataShape& shape;
  DataPart part;
  DataSet& data;
  DataDigest& digest;
};

void load_fashion(const Loading& to) {
  const std::string& folder = to.config.data_dir;
  load_fashion_mnist(folder.empty() ? "/usr/share/datasets/fashion-mnist" : folder, to.data,
                     to.digest);
  to.data.mean = {.2860F};
  to.data.stddev = {.3530F};
}

void load_cifar10(const Loading& to) {
  load_cifar(folder_of(to.config, "its binary version"), to.data, to.digest);
  to.data.mean = {.4914F, .4822F, .4465F};
  to.data.stddev = {.2470F, .2435F, .2616F};
}

void load_cifar100(const Loading& to) {
  load_cifar(folder_of(to.config, "its binary version"), to.data, to.digest);
  to.data.mean = {.5071F, .4865F, .4409F};
  to.data.stddev = {.2673F, .2564F, .2762F};
}

void load_images(const Loading& to) {
  load_image_folder(folder_of(to.config, "train/ and val/"), to.part, to.shape.image_size, to.data,
                    to.digest);
}

void load_synthetic(const Loading& to) {
  make_synthetic(to.config, to.shape, to.part, to.data);
}

// One row a data set.
struct Source {
  const char* name;
  DataShape (*shape)(const RunConfig&);
  void (*load)(const Loading&);
};
constexpr Source sources[] = {{"fashion-mnist",
                               [](const RunConfig&) {
                                 return DataShape{1, 28, 10};
                               },
                               load_fashion},
                              {"cifar10",
                               [](const RunConfig&) {
                                 return DataShape{3, 32, 10};
                               },
                               load_cifar10},
                              {"cifar100",
                               [](const RunConfig&) {
                                 return DataShape{3, 32, 100};
                               },
                               load_cifar100},
                              {"imagefolder", image_folder_shape, load_images},
                              {"synthetic", synthetic_shape, load_synthetic}};

const Source& source_of(const std::string& name) {
  std::string known;
  for (const Source& source : sources) {
    if (name == source.name) return source;
    known += (known.empty() ? "" : ", ") + std::string(source.name);
  }
  throw ConfigError(error_text("unknown data set '" + name + "'", {}, "give one of " + known));
}

}  // namespace

const std::vector<std::string>& data_set_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Source& source : sources) all.emplace_back(source.name);
    return all;
  }();
  return names;
}

DataShape data_shape(const RunConfig& config) {
  return source_of(config.data).shape(config);
}

DataSet load_data(const RunConfig& config, const DataShape& shape, DataPart part) {
  DataSet data;
  data.name = config.data;
  data.classes = shape.classes;
  DataDigest digest;
  source_of(config.data).load({config, shape, part, data, digest});
  if (part == DataPart::heldout) data.train = {};
  if (data.sha256.empty()) data.sha256 = digest.hex_digest();
  for (const ImageSet* set : {&data.train, &data.heldout}) {
    if (set->samples == 0) continue;
    if (set->height == shape.image_size && set->width == shape.image_size) continue;
    throw DataError(error_text(config.data + " has images of another size",
                               "got " + std::to_string(set->height) + "x" +
                                   std::to_string(set->width) + ", expected " +
                                   std::to_string(shape.image_size),
                               "give the folder of the real data set"));
  }
  if (part == DataPart::both) keep_first(data.train, config.train_samples, "--train-samples");
  keep_first(data.heldout, config.heldout_samples, "--heldout-samples");
  return data;
}

}  // namespace actscope::core
