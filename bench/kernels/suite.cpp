// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "actscope/bench/kernels_suite.hpp"
#include "measure.hpp"
#include "rates.hpp"
#include "suite_points.hpp"

namespace actscope::bench {
namespace {

constexpr std::int64_t rows_a_point = 3;

std::unique_ptr<Platform> platform_of(const SuitePoint& point) {
  return point.backend == kernels::Backend::cuda ? make_cuda_platform(point.type)
                                                 : make_host_platform(point.backend, point.threads);
}

// A row without values, for machine_of.
KernelResult place_of(const SuitePoint& point) {
  KernelResult row;
  row.backend = kernels::name_of(point.backend);
  row.dtype = point.type.name;
  row.threads = point.threads;
  return row;
}

// Measures the machine below a platform unless the record has its figures.
void require_machine(KernelsBenchRecord& record, const SuitePoint& point, Platform& platform) {
  if (machine_of(record, place_of(point)) != nullptr) return;
  record.machines.push_back(platform.machine());
  if (record.machines.back().device.empty()) {
    record.machines.back().device = record.environment.cpu;
  }
}

// A higher peak seen later holds for all rows.
void raise_peak(KernelsBenchRecord& record, const SuitePoint& point, double peak_flops) {
  for (KernelsMachine& machine : record.machines) {
    if (&machine != machine_of(record, place_of(point)) || !machine.peak_flops.value) continue;
    machine.peak_flops.value = std::max(*machine.peak_flops.value, peak_flops);
  }
  for (KernelResult& row : record.results) {
    if (const KernelsMachine* machine = machine_of(record, row)) set_rates(row, *machine);
  }
}

KernelsBenchRecord interrupted(KernelsBenchRecord record, ProgressSink& progress) {
  record.status = RunStatus::interrupted;
  record.status_reason =
      "a stop was asked for after " +
      std::to_string(static_cast<std::int64_t>(record.results.size()) / rows_a_point) + " points";
  progress.end(record.status_reason);
  return record;
}

// What was made for the point before, kept because it may serve the next one.
class Workbench {
 public:
  Workbench(const KernelsSettings& settings, Activations activations)
      : settings_(settings), activations_(std::move(activations)) {
    expectation_.norm_reason = activations_.norm_reason;
  }

  const std::string& origin() const { return activations_.origin; }

  Platform& platform_for(const SuitePoint& point) {
    if (platform_ == nullptr || !point.is_on_platform_of(at_)) {
      platform_.reset();  // first, so that only one holds memory
      platform_ = platform_of(point);
      at_ = point;
    }
    return *platform_;
  }

  std::optional<std::vector<KernelResult>> measure(const SuitePoint& point, const Rounds& rounds) {
    Platform& platform = platform_for(point);
    if (problem_.shape != point.shape || problem_.dense.type != point.type) {
      problem_ = make_problem(point.shape, activations_, settings_.seed, point.type);
      expectation_.dense = expected_product(problem_.dense, problem_.dense.x);
    }
    auto rows = measure_point(platform, problem_, point.spec, expectation_, rounds);
    if (!rows) return rows;
    for (KernelResult& row : *rows) {
      const KernelResult place = place_of(point);
      row.backend = place.backend;
      row.dtype = place.dtype;
      row.threads = place.threads;
    }
    return rows;
  }

 private:
  const KernelsSettings& settings_;
  Activations activations_;
  std::unique_ptr<Platform> platform_;
  SuitePoint at_;
  Problem problem_;
  Expectation expectation_;
};

}  // namespace

KernelsBenchRecord run_kernels_suite(KernelsBenchRecord record, const KernelsWatch& watch) {
  const KernelsSettings settings = record.settings;
  const std::vector<SuitePoint> points = open_points(record);
  record.status = RunStatus::completed;
  record.status_reason.clear();
  if (points.empty()) return record;
  record.environment.threads = std::ranges::max(settings.threads);
  watch.progress->note("training " + std::to_string(settings.train_steps) +
                       " steps for real activations, measuring the machine");
  Workbench bench(settings, record_activations(settings));
  record.input = bench.origin();

  watch.progress->begin("points", static_cast<std::int64_t>(points.size()));
  const Rounds rounds{settings.rounds, settings.seed, watch.is_stop_requested};
  std::int64_t done = 0;
  for (const SuitePoint& point : points) {
    watch.progress->update(done, describe(point));
    Platform& platform = bench.platform_for(point);
    require_machine(record, point, platform);
    auto rows = bench.measure(point, rounds);
    if (!rows) return interrupted(std::move(record), *watch.progress);
    std::ranges::move(*rows, std::back_inserter(record.results));
    raise_peak(record, point, platform.peak_again());
    ++done;
    const bool is_last = done == static_cast<std::int64_t>(points.size());
    record.status = is_last ? RunStatus::completed : RunStatus::interrupted;
    record.status_reason = is_last ? "" : "points are still to be measured";
    watch.on_point(record);
  }
  watch.progress->end(std::to_string(done) + " points measured");
  return record;
}

}  // namespace actscope::bench
