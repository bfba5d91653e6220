// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <thread>

#include "actscope/base/error.hpp"
#include "actscope/bench/kernels_suite.hpp"
#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/block_spec.hpp"

namespace actscope::bench {
namespace {

void require_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  throw ConfigError(error_text(std::string(option) + " is out of range",
                               "got " + std::to_string(value),
                               "give " + std::to_string(low) + " to " + std::to_string(high)));
}

void require_backend(const std::string& name) {
  using namespace kernels;
  if (name == "cpu" || name == "reference") return;
  if (name != "cuda") {
    throw ConfigError(
        error_text("unknown backend '" + name + "'", {}, "give --backend cpu, cuda or reference"));
  }
  if (!is_built(Backend::cuda)) {
    throw BackendNotBuilt(error_text(
        "--backend cuda cannot be measured", "this build has no CUDA back end",
        "install the CUDA 13 toolkit with scripts/setup --cuda and build with scripts/build cuda"));
  }
  if (!is_usable(Backend::cuda)) {
    throw DeviceError(error_text("--backend cuda cannot be measured", describe(Backend::cuda),
                                 "use --backend cpu"));
  }
  throw EnvironmentError(error_text("--backend cuda cannot be measured",
                                    "this version times host back ends only", "use --backend cpu"));
}

template <class Value>
void require_distinct(const char* option, const std::vector<Value>& values) {
  if (values.empty()) throw ConfigError(error_text(std::string(option) + " needs a value"));
  for (auto value = values.begin(); value != values.end(); ++value) {
    if (std::find(values.begin(), value, *value) != value) {
      throw ConfigError(
          error_text(std::string(option) + " names a value twice", {}, "leave one of them out"));
    }
  }
}

}  // namespace

KernelsSettings resolved(KernelsSettings s) {
  require_backend(s.backend);
  if (s.dtype != "fp32" && s.dtype != "bf16") {
    throw ConfigError(
        error_text("--dtype " + s.dtype + " is not taken", {}, "give --dtype fp32 or bf16"));
  }
  require_distinct("--shapes", s.shapes);
  for (const std::string& shape : s.shapes) {
    if (shape == "fc1" || shape == "fc2" || shape == "token-mix") continue;
    throw ConfigError(
        error_text("unknown shape '" + shape + "'", {}, "give fc1, fc2 or token-mix"));
  }
  require_distinct("--blocks", s.blocks);
  require_distinct("--sparsities", s.sparsities);
  for (const KernelBlock& block : s.blocks) {
    for (const double sparsity : s.sparsities) {
      kernels::BlockSpec{
          .block_rows = block.rows, .block_cols = block.cols, .sparsity_ratio = sparsity}
          .validate();
    }
  }
  const auto cores = static_cast<std::int64_t>(std::max(1U, std::thread::hardware_concurrency()));
  if (s.threads == 0) s.threads = cores;
  require_range("--threads", s.threads, 1, 4096);
  require_range("--tokens", s.tokens, 1, 1'000'000);
  require_range("--rounds", s.rounds, 6, 1000);
  require_range("--train-steps", s.train_steps, 0, 100'000);
  require_range("--seed", s.seed, 0, std::int64_t{1} << 53);
  return s;
}

std::string difference_to(const KernelsRecord& record, const KernelsSettings& settings,
                          const EnvironmentRecord& environment) {
  const EnvironmentRecord& e = record.environment;
  const KernelsSettings& s = record.settings;
  const auto both = [](const auto& a, const auto& b) {
    if constexpr (requires { std::to_string(a); }) {
      return " " + std::to_string(a) + ", now " + std::to_string(b);
    } else {
      return " " + a + ", now " + b;
    }
  };
  if (s.backend != settings.backend) return "backend" + both(s.backend, settings.backend);
  if (s.dtype != settings.dtype) return "dtype" + both(s.dtype, settings.dtype);
  if (s.tokens != settings.tokens) return "tokens" + both(s.tokens, settings.tokens);
  if (s.threads != settings.threads) return "threads" + both(s.threads, settings.threads);
  if (s.rounds != settings.rounds) return "rounds" + both(s.rounds, settings.rounds);
  if (s.seed != settings.seed) return "seed" + both(s.seed, settings.seed);
  if (s.train_steps != settings.train_steps) {
    return "train steps" + both(s.train_steps, settings.train_steps);
  }
  if (s != settings) return "other shapes, blocks or sparsities";
  if (e.cpu != environment.cpu) return "processor" + both(e.cpu, environment.cpu);
  if (e.git_revision != environment.git_revision) {
    return "revision" + both(e.git_revision, environment.git_revision);
  }
  if (e.build_type != environment.build_type) {
    return "build" + both(e.build_type, environment.build_type);
  }
  return {};
}

}  // namespace actscope::bench
