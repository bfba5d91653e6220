// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <string>

#include "actscope/base/file.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "models/run_store.hpp"
#include "models/selection.hpp"

namespace actscope::gui::test {

/// A run of made-up but consistent figures: three layers, curves of eight epochs, timings.
inline RunRecord madeRun(const std::string& scheme, std::int64_t block, double sparsity,
                         std::int64_t seed = 0) {
  RunRecord run;
  RunConfig& c = run.config;
  c.scheme = scheme;
  c.block_rows = c.block_cols = block;
  c.sparsity_ratio = sparsity;
  c.seed = seed;
  c.dim = 64;
  c.depth = 2;
  c.epochs = 8;
  c.trace = "timeline";
  const bool isDense = scheme == "dense";
  const bool hasCodes = scheme.find("int4") != std::string::npos;
  const bool isSparse = scheme.find("bsr") != std::string::npos;
  const double kept = isDense ? 1 : (hasCodes ? 0.13 : 0.6) + (isSparse ? 0.2 * (1 - sparsity) : 0);
  const double lost = isSparse ? 0.03 * sparsity + 0.0004 * static_cast<double>(block) : 0;
  const double noise = 0.002 * static_cast<double>(seed);
  for (const char* layer : {"stem", "blocks.0", "blocks.1"}) {
    LayerFootprint footprint{layer, {}};
    for (const char* name : {"x", "h", "u"}) {
      if (std::string(layer) == "stem") break;
      SlotFootprint slot;
      slot.name = name;
      slot.store = isDense ? "keep" : hasCodes ? "int4" : "bsr:16:0.8";
      slot.dense_bytes = slot.name == "x" ? 1 << 20 : 4 << 20;
      slot.predicted_bytes =
          static_cast<std::int64_t>(kept * static_cast<double>(*slot.dense_bytes));
      slot.stored_bytes = slot.predicted_bytes;
      if (isSparse) slot.kept_norm_ratio = 1 - 0.2 * sparsity;
      footprint.slots.push_back(slot);
    }
    run.layers.push_back(footprint);
    run.layer_names.emplace_back(layer);
  }
  RunSummary& s = run.summary;
  s.dense_saved_bytes = Measured<std::int64_t>::of(18 << 20);
  s.saved_bytes = Measured<std::int64_t>::of(static_cast<std::int64_t>(kept * (18 << 20)));
  s.predicted_saved_bytes = s.saved_bytes;
  s.residual_bytes = Measured<std::int64_t>::of(0);
  s.peak_bytes = Measured<std::int64_t>::of(*s.saved_bytes.value + (5 << 20));
  s.step_time_s = Measured<double>::of(isDense ? 0.2 : 0.03 + 0.01 * (1 - sparsity) + noise);
  s.images_per_s = Measured<double>::of(128 / *s.step_time_s.value);
  s.heldout_accuracy_ratio = Measured<double>::of(0.85 - lost - noise);
  s.train_loss = Measured<double>::of(0.5 + lost);
  s.steps = 400;
  for (std::int64_t epoch = 1; epoch <= 8; ++epoch) {
    AccuracyPoint point;
    const double done = static_cast<double>(epoch) / 8;
    point.epoch = epoch;
    point.step = 50 * epoch;
    point.elapsed_s = static_cast<double>(point.step) * *s.step_time_s.value;
    const double rise = 1 - (1 - done) * (1 - done);
    point.heldout_accuracy_ratio = Measured<double>::of(0.5 + (0.35 - lost - noise) * rise);
    point.train_accuracy_ratio = Measured<double>::of(0.45 + (0.33 - lost) * rise);
    point.train_loss = Measured<double>::of(2 - 1.5 * rise + lost);
    point.heldout_loss = Measured<double>::of(1.9 - 1.3 * rise + lost);
    run.accuracy.push_back(point);
  }
  for (const char* layer : {"blocks.0", "blocks.1"}) {
    run.operators.push_back({"gemm", layer, "forward", "cpu", 800, 0.8, "h", "scope"});
    run.operators.push_back(
        {"gemm", layer, "backward", "cpu", 1600, isDense ? 1.6 : 0.7, "h", "scope"});
    if (isSparse)
      run.operators.push_back({"compress", layer, "forward", "cpu", 800, 0.1, "h", "scope"});
  }
  run.trace = TraceRecord{};
  run.trace->traced_steps = 400;
  return run;
}

/// A document of `actscope bench kernels`: two types, two shapes, the last point still to come.
inline KernelsBenchRecord madeBench() {
  KernelsBenchRecord bench;
  bench.status = RunStatus::interrupted;
  bench.status_reason = "a stop was asked for after 15 points";
  bench.settings.dtypes = {"fp32", "bf16"};
  bench.settings.threads = {2};
  bench.settings.shapes = {"fc1", "fc2"};
  bench.settings.blocks = {{8, 8}, {16, 16}};
  bench.settings.sparsities = {0.5, 0.9};
  const auto of = [](double value) { return Measured<double>::of(value); };
  for (const std::string& dtype : bench.settings.dtypes) {
    for (const std::string& shape : bench.settings.shapes) {
      for (const KernelBlock& block : bench.settings.blocks) {
        for (const double sparsity : bench.settings.sparsities) {
          KernelResult row;
          row.operation = "weight_gradient";
          row.backend = "cpu";
          row.dtype = dtype;
          row.threads = 2;
          row.shape = shape;
          row.block_rows = block.rows;
          row.block_cols = block.cols;
          row.sparsity_ratio = sparsity;
          const double ratio = (dtype == "bf16" ? 2.4 : 1.3) * (1 - sparsity);
          row.time_s = 0.01 * ratio;
          row.dense_name = "openblas";
          row.dense_time_s = of(0.01);
          row.to_dense = {of(ratio), of(0.9 * ratio), of(1.1 * ratio)};
          const auto none = Measured<double>::missing("LibTorch did not run");
          row.to_libtorch = {none, none, none};
          row.gflop_per_s = of(100 / ratio);
          row.gb_per_s = 4 / ratio;
          row.peak_ratio = row.roofline_ratio = of(0.6);
          row.kept_norm_ratio = of(1 - sparsity / 2);
          bench.results.push_back(row);
        }
      }
    }
  }
  bench.results.pop_back();
  return bench;
}

/// A folder with a sweep of two seeds, two blocks and two sparsities: one point failed, one
/// pending; and beside it a run of its own, half a file, a measurement of kernels and a gate.
class MadeFolder {
 public:
  MadeFolder() {
    for (const std::int64_t seed : {0, 1}) {
      addPoint("dense-" + std::to_string(seed), PointRole::baseline,
               madeRun("dense", 16, 0.8, seed));
      addPoint("int4-" + std::to_string(seed), PointRole::baseline, madeRun("int4", 16, 0.8, seed));
      for (const std::int64_t block : {8, 16, 32}) {
        for (const double sparsity : {0.5, 0.8}) {
          addPoint(
              "p" + std::to_string(block) + (sparsity < 0.6 ? "a" : "b") + std::to_string(seed),
              PointRole::grid, madeRun("int4-bsr", block, sparsity, seed));
        }
      }
    }
    m_sweep.points[4].status = m_sweep.points[12].status = PointStatus::failed;
    m_sweep.points[4].reason = m_sweep.points[12].reason = "the loss became non-finite at step 3";
    m_sweep.points[7].status = m_sweep.points[15].status = PointStatus::pending;
    for (const std::size_t i : {4, 7, 12, 15}) {
      m_sweep.points[i].summary.reset();
      m_sweep.points[i].report.clear();
    }
    writeSweep();
    writeRun("alone/exact", madeRun("exact", 16, 0.8));
    write("half/report.json", "{\"schema\": {\"na");
    write("bench/kernels.json", reports::write_kernels_document(madeBench()));
    write("gate/gate.json", read_file(ACTSCOPE_TEST_SOURCE_DIR "/golden/gate.json"));
  }

  QString path() const { return m_folder.path(); }
  SweepRecord& sweep() { return m_sweep; }

  void writeSweep() { write("sweep/sweep.json", reports::write_sweep_document(m_sweep)); }
  void writeRun(const std::string& name, const RunRecord& run) {
    write(name + "/report.json", reports::write_run_document(run));
  }
  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path file = m_folder.path().toStdString() + "/" + name;
    std::filesystem::create_directories(file.parent_path());
    write_file_atomically(file, text);
  }

 private:
  void addPoint(const std::string& id, PointRole role, const RunRecord& run) {
    SweepPointRecord point;
    point.id = id;
    point.role = role;
    point.status = PointStatus::done;
    point.config = run.config;
    point.report = "points/" + id + "/report.json";
    point.summary = run.summary;
    point.tries = 1;
    m_sweep.points.push_back(point);
    writeRun("sweep/points/" + id, run);
  }

  QTemporaryDir m_folder;
  SweepRecord m_sweep;
};

/// The folder read, with a selection of it.
class MadeRuns : public testing::Test {
 protected:
  MadeRuns() {
    store.setInterval(0);
    store.openNow({folder.path()});
  }
  QString key(const std::string& id) const {
    return folder.path() + "/sweep/sweep.json#" + QString::fromStdString(id);
  }
  RunPointer run(const std::string& id) const { return store.find(key(id)); }

  MadeFolder folder;
  RunStore store;
  Selection selection;
};

}  // namespace actscope::gui::test
