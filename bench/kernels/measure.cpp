// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <algorithm>
#include <cstdio>

#include "actscope/base/error.hpp"
#include "own_times.hpp"

namespace actscope::bench {
namespace {

std::string off_by(double error, double allowed) {
  char text[96];
  std::snprintf(text, sizeof text, "relative error %.2g, allowed %.2g", error, allowed);
  return text;
}

// Prepares a rival and compares what it computes with the reference.
KernelRival admit(Rival& rival, const Point& point, const std::vector<double>& dense_expected,
                  const std::vector<double>& sparse_expected) {
  KernelRival facts = rival.facts();
  facts.algorithm.clear();  // of the point before
  if (facts.status != RivalStatus::ok) return facts;
  try {
    rival.prepare(point);
    rival.run();
    const bool is_dense = facts.kind == RivalKind::dense;
    const std::vector<double>* own = rival.expected();
    const double error = relative_error(rival.result(), own != nullptr ? *own
                                                        : is_dense     ? dense_expected
                                                                       : sparse_expected);
    const double allowed = allowed_error_of_rivals(point.problem.dense);
    if (!(error <= allowed)) throw Refusal("computed something else: " + off_by(error, allowed));
    return rival.facts();  // with what it chose while it prepared
  } catch (const std::exception& refusal) {
    const std::string text = refusal.what();
    facts.status = RivalStatus::refused;
    facts.message = text.substr(0, text.find('\n'));
  }
  return facts;
}

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

// The ratio over the rounds that both took part in, from the first on.
PairedRatio ratio_to(const std::vector<double>* base_s, std::vector<double> times_s,
                     const char* reason) {
  if (base_s == nullptr) return no_ratio(reason);
  times_s.resize(std::min(times_s.size(), base_s->size()));
  return paired_ratio(times_s, *base_s);
}

constexpr const char* no_dense = "no dense library ran";

std::vector<KernelRival> rivals_of(std::vector<KernelRival> facts,
                                   const std::vector<std::size_t>& place,
                                   const std::vector<Timed>& timed, const Baselines& base,
                                   double all_flops, double kept_flops) {
  for (std::size_t i = 0; i < facts.size(); ++i) {
    KernelRival& rival = facts[i];
    if (place[i] == 0) {
      rival.time_s = rival.gflop_per_s = Measured<double>::missing(name_of(rival.status));
      rival.to_dense = no_ratio(name_of(rival.status));
      continue;
    }
    const std::vector<double>& times_s = timed[place[i]].times_s;
    const double time_s = median_of(times_s);
    const double flops = rival.kind == RivalKind::sparse ? kept_flops : all_flops;
    rival.samples = static_cast<std::int64_t>(times_s.size());
    rival.time_s = Measured<double>::of(time_s);
    rival.gflop_per_s = Measured<double>::of(flops / time_s * 1e-9);
    rival.to_dense = ratio_to(base.dense_s, times_s, no_dense);
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

// Compresses and multiplies once; raises where the result is off.
void require_right(BlockSparse& ours, const Problem& problem, const kernels::BlockSpec& spec,
                   const std::vector<double>& expected) {
  ours.compress();
  ours.product();
  const double error = relative_error(ours.result(), expected);
  const double allowed = allowed_error_of_ours(problem.dense);
  if (error <= allowed) return;
  throw RunError(error_text("our own " + problem.shape + " gradient differs from the reference",
                            kernels::describe(spec) + ": " + off_by(error, allowed)));
}

}  // namespace

std::optional<std::vector<KernelResult>> measure_point(Platform& platform, const Problem& problem,
                                                       const kernels::BlockSpec& spec,
                                                       const Expectation& expectation,
                                                       const Rounds& rounds) {
  const PrunedInput pruned = prune(problem, spec);
  const std::vector<double> expected = expected_product(problem.dense, pruned.x);
  const std::unique_ptr<BlockSparse> ours = platform.ours(problem, spec);
  require_right(*ours, problem, spec, expected);

  OwnTimes own(*ours, platform.parts());
  std::vector<Timed> timed = own.timed();
  const auto& rivals = platform.rivals();
  std::vector<KernelRival> facts;
  std::vector<std::size_t> place(rivals.size(), 0);  // in timed; 0: does not run
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    facts.push_back(admit(*rivals[i], {problem, spec, pruned}, expectation.dense, expected));
    if (facts.back().status != RivalStatus::ok) continue;
    place[i] = timed.size();
    timed.push_back({[&rival = *rivals[i]] { rival.run(); }});
  }
  if (!time_rounds(timed, platform.stopwatch(), rounds)) return std::nullopt;

  const Baselines base = baselines_of(facts, place, timed);
  std::vector<KernelResult> rows = {
      row_of(problem.is_mixing() ? "mixing_gradient" : "weight_gradient", timed[0].times_s, base),
      row_of("compress", own.compress_s(timed), base),
      row_of("product", own.product_s(timed), base)};
  rows[0].moved_bytes = ours->compress_bytes() + ours->product_bytes();
  rows[1].moved_bytes = ours->compress_bytes();
  rows[2].moved_bytes = ours->product_bytes();
  for (KernelResult& row : rows) {
    row.shape = problem.shape;
    row.block_rows = spec.block_rows;
    row.block_cols = spec.block_cols;
    row.sparsity_ratio = spec.sparsity_ratio;
    row.select = kernels::name_of(spec.select);
    row.tokens = problem.images * problem.rows;
    row.features = problem.dense.features;
    row.outputs = problem.dense.outputs;
    row.kept_flops = row.operation == "compress" ? 0 : ours->kept_flops();
    row.kept_norm_ratio = expectation.norm_reason.empty()
                              ? Measured<double>::of(pruned.kept_norm_ratio)
                              : Measured<double>::missing(expectation.norm_reason);
  }
  rows[0].rivals = rivals_of(facts, place, timed, base, problem.dense.flops(),
                             static_cast<double>(ours->kept_flops()));
  return rows;
}

}  // namespace actscope::bench
