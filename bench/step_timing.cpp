// SPDX-License-Identifier: Apache-2.0
// One training step (forward, loss, backward) of S12 under each scheme against the plain LibTorch
// model of plain_resmlp.hpp; rounds interleaved, every model with the same parameters, batch and
// threads. Prints one JSON object: seconds, and the ratio to the plain step with its interval.
//
//     actscope_step_timing [--batch 16] [--depth 12] [--threads 2] [--rounds 9]
//     SCHEME[:BLOCK:SPARSITY[:SELECT]][,SLOT=STORE|PRODUCT=OPERAND]...
#include <ATen/Parallel.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "actscope/core/model/loss.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "plain_resmlp.hpp"

namespace {

using namespace actscope;
using torch::Tensor;

struct Options {
  std::map<std::string, std::int64_t> numbers{
      {"--batch", 16}, {"--depth", 12}, {"--threads", 2}, {"--rounds", 9}};
  std::vector<std::string> schemes;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = options.numbers.find(word);
    if (number == options.numbers.end()) {
      if (word.starts_with("-")) {
        throw ConfigError(error_text("unknown option " + word, {},
                                     "give --batch, --depth, --threads, --rounds and schemes"));
      }
      options.schemes.push_back(word);
      continue;
    }
    number->second = i + 1 < argc ? std::atoll(argv[++i]) : 0;
    if (number->second < 1) {
      throw ConfigError(error_text(word + " is not a number from 1", {}, "give for example 16"));
    }
  }
  if (options.schemes.empty())
    options.schemes = {"dense", "exact", "int4", "int4-bsr", "checkpoint"};
  return options;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// "int4-bsr:16:0.8:row": preset, block side, sparsity, selection; "int4,dW2=bsr:16:0.8": overrides
// in every block.
core::Scheme scheme_of(const std::string& text, const core::ResMlpGeometry& geometry) {
  RunConfig config;
  const std::vector<std::string> parts = split(text, ',');
  const std::vector<std::string> preset = split(parts.at(0), ':');
  config.scheme = preset.at(0);
  if (preset.size() > 1) config.block_rows = config.block_cols = std::stoll(preset[1]);
  if (preset.size() > 2) config.sparsity_ratio = std::stod(preset[2]);
  if (preset.size() > 3) config.select = preset[3];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool is_product = parts[i].starts_with("d");
    (is_product ? config.operand_overrides : config.slot_overrides)
        .push_back("blocks.*." + parts[i]);
  }
  return core::make_scheme(config, geometry);
}

struct Contestant {
  std::string name;
  std::shared_ptr<torch::nn::Module> model;
  std::function<Tensor()> loss;
  std::vector<double> seconds = {};
};

double step_seconds(Contestant& contestant) {
  contestant.model->zero_grad();
  const auto begin = std::chrono::steady_clock::now();
  contestant.loss().backward();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void print(const std::vector<Contestant>& all) {
  std::printf("{\n");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const PairedRatio ratio = paired_ratio(all[i].seconds, all[0].seconds);
    std::printf("  \"%s\": {\"step_s\": %.4f, \"ratio\": %.3f", all[i].name.c_str(),
                median_of(all[i].seconds), ratio.ratio.value.value_or(0));
    if (ratio.low.value)
      std::printf(", \"low\": %.3f, \"high\": %.3f", *ratio.low.value, *ratio.high.value);
    std::printf("}%s\n", i + 1 < all.size() ? "," : "");
  }
  std::printf("}\n");
}

void run(const Options& options) {
  at::set_num_threads(static_cast<int>(options.numbers.at("--threads")));
  at::manual_seed(1);
  core::ResMlpGeometry geometry = core::published_geometry("resmlp_s12");
  geometry.depth = options.numbers.at("--depth");
  const std::int64_t batch = options.numbers.at("--batch");
  const Tensor images =
      torch::randn({batch, geometry.in_channels, geometry.image_size, geometry.image_size});
  const Tensor labels = torch::randint(geometry.classes, {batch}, torch::kInt64);
  constexpr double smoothing = 0.1;
  constexpr std::int64_t workspace_bytes = std::int64_t{64} << 20;

  auto plain = std::make_shared<bench::PlainResMlp>(
      bench::PlainResMlpOptions{.image_size = geometry.image_size,
                                .patch = geometry.patch,
                                .in_channels = geometry.in_channels,
                                .dim = geometry.dim,
                                .depth = geometry.depth,
                                .classes = geometry.classes,
                                .expansion = geometry.expansion});
  std::vector<Contestant> all{
      {"plain LibTorch", plain,
       [=] { return bench::plain_cross_entropy(plain->forward(images), labels, smoothing); }}};
  for (const std::string& text : options.schemes) {
    auto model =
        std::make_shared<core::ResMlp>(geometry, scheme_of(text, geometry), 1, workspace_bytes);
    bench::copy_parameters(*model, *plain);
    all.push_back({text, model, [=] {
                     return core::smoothed_cross_entropy(model->forward(images), labels, smoothing);
                   }});
  }
  for (Contestant& contestant : all) step_seconds(contestant);
  for (std::int64_t round = 0; round < options.numbers.at("--rounds"); ++round) {
    for (Contestant& contestant : all) contestant.seconds.push_back(step_seconds(contestant));
  }
  print(all);
}

}  // namespace

int main(int argc, char** argv) try {
  run(parse(argc, argv));
} catch (const std::exception& error) {
  std::fprintf(stderr, "step_timing: %s\n", error.what());
  return 2;
}
