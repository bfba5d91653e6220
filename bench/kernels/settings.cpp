// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "actscope/base/error.hpp"
#include "actscope/base/usable_cores.hpp"
#include "actscope/bench/kernels_suite.hpp"
#include "actscope/kernels/backend.hpp"
#include "actscope/kernels/block_spec.hpp"
#include "suite_points.hpp"

namespace actscope::bench {
namespace {

void require_range(const char* option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return;
  throw ConfigError(error_text(std::string(option) + " is out of range",
                               "got " + std::to_string(value),
                               "give " + std::to_string(low) + " to " + std::to_string(high)));
}

void require_usable_cuda() {
  using namespace kernels;
  if (!is_built(Backend::cuda)) {
    throw BackendNotBuilt(error_text(
        "--backend cuda cannot be measured", "this build has no CUDA back end",
        "install the CUDA 13 toolkit with scripts/setup --cuda and build with scripts/build cuda"));
  }
  if (!is_usable(Backend::cuda)) {
    throw DeviceError(error_text("--backend cuda cannot be measured", describe(Backend::cuda),
                                 "use --backend cpu"));
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

std::string joined(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> texts;
  for (const std::int64_t number : numbers) texts.push_back(std::to_string(number));
  return joined(texts);
}

// Every back end measures some type, and every type is measured by some back end.
void require_combinations(const KernelsSettings& s) {
  for (const std::string& dtype : s.dtypes) {
    const ElementType type = element_type(dtype);
    if (std::ranges::none_of(s.backends, [&](const std::string& backend) {
          return takes(backend_named(backend), type);
        })) {
      throw ConfigError(
          error_text("--dtype " + dtype + " is not taken by --backend " + joined(s.backends), {},
                     "give --backend cuda, or leave it out"));
    }
  }
  for (const std::string& backend : s.backends) {
    if (std::ranges::none_of(s.dtypes, [&](const std::string& dtype) {
          return takes(backend_named(backend), element_type(dtype));
        })) {
      throw ConfigError(
          error_text("--backend " + backend + " takes none of --dtype " + joined(s.dtypes), {},
                     "give --dtype fp32, too, or leave it out"));
    }
  }
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
  require_distinct("--backend", s.backends);
  require_distinct("--dtype", s.dtypes);
  require_combinations(s);
  (void)select_named(s.select);
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
  const std::int64_t cores = usable_cores().count;
  for (std::int64_t& threads : s.threads) {
    if (threads == 0) threads = cores;
    require_range("--threads", threads, 1, 4096);
  }
  require_distinct("--threads", s.threads);
  require_range("--tokens", s.tokens, 1, 1'000'000);
  require_range("--rounds", s.rounds, 6, 1000);
  require_range("--train-steps", s.train_steps, 0, 100'000);
  require_range("--seed", s.seed, 0, std::int64_t{1} << 53);
  // Last, so that a wrong value is told on every machine.
  if (std::ranges::count(s.backends, "cuda") > 0) require_usable_cuda();
  return s;
}

std::string difference_to(const KernelsBenchRecord& record, const KernelsSettings& settings,
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
  if (s.backends != settings.backends) {
    return "backend" + both(joined(s.backends), joined(settings.backends));
  }
  if (s.dtypes != settings.dtypes) return "dtype" + both(joined(s.dtypes), joined(settings.dtypes));
  if (s.select != settings.select) return "selection" + both(s.select, settings.select);
  if (s.tokens != settings.tokens) return "tokens" + both(s.tokens, settings.tokens);
  if (s.threads != settings.threads) {
    return "threads" + both(joined(s.threads), joined(settings.threads));
  }
  if (s.rounds != settings.rounds) return "rounds" + both(s.rounds, settings.rounds);
  if (s.seed != settings.seed) return "seed" + both(s.seed, settings.seed);
  if (s.train_steps != settings.train_steps) {
    return "train steps" + both(s.train_steps, settings.train_steps);
  }
  if (s != settings) return "other shapes, blocks or sparsities";
  if (e.cpu != environment.cpu) return "processor" + both(e.cpu, environment.cpu);
  if (e.gpu != environment.gpu) return "GPU" + both(e.gpu, environment.gpu);
  if (e.git_revision != environment.git_revision) {
    return "revision" + both(e.git_revision, environment.git_revision);
  }
  if (e.build_type != environment.build_type) {
    return "build" + both(e.build_type, environment.build_type);
  }
  return {};
}

}  // namespace actscope::bench
