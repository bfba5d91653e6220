// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "actscope/base/error.hpp"
#include "paired_ratio.hpp"

namespace actscope::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

kernels::Backend backend_of(const std::string& name) {
  return name == "reference" ? kernels::Backend::reference : kernels::Backend::cpu;
}

std::string off_by(double error, double allowed) {
  char text[96];
  std::snprintf(text, sizeof text, "relative error %.2g, allowed %.2g", error, allowed);
  return text;
}

// Prepares a rival and compares what it computes with the reference.
KernelRival admit(Rival& rival, const Point& point, const std::vector<double>& dense_expected,
                  const std::vector<double>& sparse_expected) {
  KernelRival facts = rival.facts();
  if (facts.status != RivalStatus::ok) return facts;
  try {
    rival.prepare(point);
    rival.run();
    const bool is_dense = facts.kind == RivalKind::dense;
    const double error =
        relative_error(rival.result(), is_dense ? dense_expected : sparse_expected);
    const double allowed = allowed_error(point.problem.dense);
    if (!(error <= allowed)) throw Refusal("computed something else: " + off_by(error, allowed));
  } catch (const std::exception& refusal) {
    const std::string text = refusal.what();
    facts.status = RivalStatus::refused;
    facts.message = text.substr(0, text.find('\n'));
  }
  return facts;
}

// Our call and its two parts, a value a round.
struct OurTimes {
  std::vector<double> compress_s, product_s;

  // Requires this and `ours` to outlive what is returned.
  Timed of(BlockSparse& ours) {
    return {[&] {
              const auto begin = Clock::now();
              ours.compress();
              const auto middle = Clock::now();
              ours.product();
              sum_compress_s_ += seconds(begin, middle);
              sum_product_s_ += seconds(middle, Clock::now());
            },
            [&] { sum_compress_s_ = sum_product_s_ = 0; },
            [&](std::int64_t calls) {
              compress_s.push_back(sum_compress_s_ / static_cast<double>(calls));
              product_s.push_back(sum_product_s_ / static_cast<double>(calls));
            }};
  }

 private:
  double sum_compress_s_ = 0, sum_product_s_ = 0;
};

// Times by round of those that others are compared with; null: they did not run.
struct Baselines {
  std::string dense_name;
  const std::vector<double>* dense_s = nullptr;
  const std::vector<double>* libtorch_s = nullptr;
};

Baselines baselines_of(const std::vector<KernelRival>& facts, const std::vector<std::size_t>& place,
                       const std::vector<Timed>& timed) {
  Baselines base;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (place[i] == 0 || facts[i].kind != RivalKind::dense) continue;
    const std::vector<double>& times_s = timed[place[i]].times_s;
    if (facts[i].name == libtorch_name) base.libtorch_s = &times_s;
    if (base.dense_s != nullptr && median_of(*base.dense_s) <= median_of(times_s)) continue;
    base.dense_s = &times_s;
    base.dense_name = facts[i].name;
  }
  return base;
}

// Rounds that both took part in, from the first.
PairedRatio ratio_to(const std::vector<double>* base_s, std::vector<double> times_s,
                     const char* reason) {
  if (base_s == nullptr) return no_ratio(reason);
  times_s.resize(std::min(times_s.size(), base_s->size()));
  return paired_ratio(times_s, *base_s);
}

constexpr const char* no_dense = "no dense library ran";

std::vector<KernelRival> rivals_of(std::vector<KernelRival> facts,
                                   const std::vector<std::size_t>& place,
                                   const std::vector<Timed>& timed, const Baselines& base) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (place[i] == 0) {
      facts[i].time_s = Measured<double>::missing(name_of(facts[i].status));
      facts[i].to_dense = no_ratio(name_of(facts[i].status));
      continue;
    }
    const std::vector<double>& times_s = timed[place[i]].times_s;
    facts[i].samples = static_cast<std::int64_t>(times_s.size());
    facts[i].time_s = Measured<double>::of(median_of(times_s));
    facts[i].to_dense = ratio_to(base.dense_s, times_s, no_dense);
  }
  return facts;
}

KernelResult row_of(const char* operation, const std::vector<double>& times_s,
                    const Baselines& base) {
  KernelResult row;
  row.operation = operation;
  row.samples = static_cast<std::int64_t>(times_s.size());
  row.time_s = median_of(times_s);
  row.dense_name = base.dense_name;
  row.dense_time_s = base.dense_s == nullptr ? Measured<double>::missing(no_dense)
                                             : Measured<double>::of(median_of(*base.dense_s));
  row.to_dense = ratio_to(base.dense_s, times_s, no_dense);
  row.to_libtorch = ratio_to(base.libtorch_s, times_s, "LibTorch did not run");
  return row;
}

void set_rates(KernelResult& row, double flops, std::int64_t bytes, const KernelsMachine& machine) {
  row.gb_per_s = static_cast<double>(bytes) / row.time_s * 1e-9;
  if (flops == 0) {
    row.gflop_per_s = row.peak_ratio = Measured<double>::missing("compress multiplies nothing");
    return;
  }
  row.gflop_per_s = Measured<double>::of(flops / row.time_s * 1e-9);
  row.peak_ratio = Measured<double>::of(flops / row.time_s / machine.fma_peak_flops);
}

}  // namespace

std::optional<std::vector<KernelResult>> measure_point(
    const Problem& problem, const kernels::BlockSpec& spec, const KernelsSettings& settings,
    const KernelsMachine& machine, const std::string& norm_reason,
    const std::vector<double>& dense_expected, std::vector<std::unique_ptr<Rival>>& rivals,
    const std::function<bool()>& is_stop_requested) {
  const PrunedInput pruned = prune(problem, spec);
  const std::vector<double> expected = expected_product(problem.dense, pruned.x);
  BlockSparse ours(problem, spec, backend_of(settings.backend));
  ours.compress();
  ours.product();
  const double error = relative_error(ours.result(), expected);
  const double allowed = allowed_error(problem.dense.depth);
  if (!(error <= allowed)) {
    throw RunError(error_text("our own " + problem.shape + " gradient differs from the reference",
                              kernels::describe(spec) + ": " + off_by(error, allowed)));
  }

  OurTimes times;
  std::vector<Timed> timed = {times.of(ours)};
  std::vector<KernelRival> facts;
  std::vector<std::size_t> place(rivals.size(), 0);  // in timed; 0: does not run
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    facts.push_back(admit(*rivals[i], {problem, spec, pruned}, dense_expected, expected));
    if (facts.back().status != RivalStatus::ok) continue;
    place[i] = timed.size();
    timed.push_back({[&rival = *rivals[i]] { rival.run(); }});
  }
  if (!time_rounds(timed, settings.rounds, settings.seed, is_stop_requested)) return std::nullopt;

  const Baselines base = baselines_of(facts, place, timed);
  std::vector<KernelResult> rows = {
      row_of(problem.is_mixing() ? "mixing_gradient" : "weight_gradient", timed[0].times_s, base),
      row_of("compress", times.compress_s, base), row_of("product", times.product_s, base)};
  const auto flops = static_cast<double>(ours.kept_flops());
  set_rates(rows[0], flops, ours.compress_bytes() + ours.product_bytes(), machine);
  set_rates(rows[1], 0, ours.compress_bytes(), machine);
  set_rates(rows[2], flops, ours.product_bytes(), machine);
  for (KernelResult& row : rows) {
    row.shape = problem.shape;
    row.block_rows = spec.block_rows;
    row.block_cols = spec.block_cols;
    row.sparsity_ratio = spec.sparsity_ratio;
    row.tokens = problem.images * problem.rows;
    row.features = problem.dense.features;
    row.outputs = problem.dense.outputs;
    row.kept_flops = row.operation == "compress" ? 0 : ours.kept_flops();
    row.kept_norm_ratio = norm_reason.empty() ? Measured<double>::of(pruned.kept_norm_ratio)
                                              : Measured<double>::missing(norm_reason);
  }
  rows[0].rivals = rivals_of(facts, place, timed, base);
  return rows;
}

}  // namespace actscope::bench
