// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include <algorithm>

#include "actscope/bench/kernels_suite.hpp"
#include "machine.hpp"
#include "measure.hpp"

namespace actscope::bench {
namespace {

struct SuitePoint {
  std::string shape;
  kernels::BlockSpec spec;
};

bool holds(const KernelsRecord& record, const SuitePoint& point) {
  return std::ranges::any_of(record.results, [&](const KernelResult& row) {
    return row.shape == point.shape && row.block_rows == point.spec.block_rows &&
           row.block_cols == point.spec.block_cols &&
           row.sparsity_ratio == point.spec.sparsity_ratio;
  });
}

std::vector<SuitePoint> open_points(const KernelsRecord& record) {
  std::vector<SuitePoint> points;
  for (const std::string& shape : record.settings.shapes) {
    for (const KernelBlock& block : record.settings.blocks) {
      for (const double sparsity : record.settings.sparsities) {
        const SuitePoint point{
            shape,
            {.block_rows = block.rows, .block_cols = block.cols, .sparsity_ratio = sparsity}};
        if (!holds(record, point)) points.push_back(point);
      }
    }
  }
  return points;
}

// A higher peak seen later holds for all rows.
void raise_peak(KernelsRecord& record) {
  record.machine.fma_peak_flops =
      std::max(record.machine.fma_peak_flops, measure_peak_flops(record.settings.threads));
  for (KernelResult& row : record.results) {
    if (!row.gflop_per_s.value) continue;
    row.peak_ratio.value = *row.gflop_per_s.value * 1e9 / record.machine.fma_peak_flops;
  }
}

std::string title(const SuitePoint& point) {
  return point.shape + " " + kernels::describe(point.spec);
}

}  // namespace

KernelsRecord run_kernels_suite(KernelsRecord record, const KernelsWatch& watch) {
  const KernelsSettings& settings = record.settings;
  const std::vector<SuitePoint> points = open_points(record);
  record.status = RunStatus::completed;
  record.status_reason.clear();
  if (points.empty()) return record;
  omp_set_dynamic(0);
  omp_set_num_threads(static_cast<int>(settings.threads));
  record.environment.threads = settings.threads;
  watch.progress->note("training " + std::to_string(settings.train_steps) +
                       " steps for real activations, measuring the machine");
  if (record.results.empty()) record.machine = measure_machine(settings.threads);
  const Activations activations = record_activations(settings);
  record.input = activations.origin;

  std::vector<std::unique_ptr<Rival>> rivals = make_rivals(settings.threads);
  watch.progress->begin("points", static_cast<std::int64_t>(points.size()));
  std::int64_t done = 0;
  Problem problem;
  std::vector<double> dense_expected;
  for (const SuitePoint& point : points) {
    if (problem.shape != point.shape) {
      problem = make_problem(point.shape, activations, settings.seed,
                             settings.dtype == "bf16" ? kernels::DType::bf16 : kernels::DType::f32);
      dense_expected = expected_product(problem.dense, problem.dense.x);
    }
    auto rows =
        measure_point(problem, point.spec, settings, record.machine, activations.norm_reason,
                      dense_expected, rivals, watch.is_stop_requested);
    if (!rows) {
      record.status = RunStatus::interrupted;
      record.status_reason =
          "a stop was asked for after " + std::to_string(record.results.size() / 3) + " points";
      watch.progress->end(record.status_reason);
      return record;
    }
    for (KernelResult& row : *rows) record.results.push_back(std::move(row));
    raise_peak(record);
    ++done;
    const bool is_last = done == static_cast<std::int64_t>(points.size());
    record.status = is_last ? RunStatus::completed : RunStatus::interrupted;
    record.status_reason = is_last ? "" : "points are still to be measured";
    watch.on_point(record);
    watch.progress->update(done, title(point));
  }
  watch.progress->end(std::to_string(done) + " points measured");
  return record;
}

}  // namespace actscope::bench
