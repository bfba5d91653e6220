// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/base/tracer_bench_record.hpp"

namespace actscope::reports::test {

/// A small complete run record; figures are made up but consistent.
inline RunRecord small_run(const std::string& scheme = "exact", std::int64_t saved_bytes = 600) {
  RunRecord record;
  record.config.scheme = scheme;
  record.config.dim = 64;
  record.config.batch = 32;
  record.config.seed = 3;
  if (scheme != "dense") record.config.slot_overrides = {"blocks.0.h=int8"};
  record.environment.program_version = "0.1.0";
  record.environment.git_revision = "abc";
  record.environment.features = {"cpu", "torch"};
  record.environment.cpu = "a processor";
  record.environment.cores = 2;
  record.environment.threads = 2;
  record.environment.host = "somewhere";
  record.environment.started_at = "2026-01-02T03:04:05Z";
  record.environment.pid = 77;
  record.parameters = 1234;
  record.train_samples = 640;
  record.heldout_samples = 100;
  record.data_sha256 = std::string(64, 'a');
  record.layer_names = {"stem", "blocks.0", "tail", "loss"};
  record.layers = {{"stem", {}}, {"blocks.0", {}}};
  SlotFootprint x;
  x.name = "x";
  x.store = "keep";
  x.dense_bytes = 1400;
  x.predicted_bytes = saved_bytes;
  x.stored_bytes = saved_bytes;
  record.layers[1].slots.push_back(x);
  RunSummary& s = record.summary;
  s.peak_bytes = Measured<std::int64_t>::of(9000 + saved_bytes);
  s.saved_bytes = Measured<std::int64_t>::of(saved_bytes);
  s.dense_saved_bytes = Measured<std::int64_t>::of(1400);
  s.predicted_saved_bytes = Measured<std::int64_t>::of(saved_bytes);
  s.residual_bytes = Measured<std::int64_t>::of(0);
  s.workspace_bytes = 1 << 20;
  s.step_time_s = Measured<double>::of(0.25);
  s.images_per_s = Measured<double>::of(128);
  s.train_loss = Measured<double>::of(1.5);
  s.heldout_accuracy_ratio = Measured<double>::of(0.815);
  s.steps = 20;
  s.weights_sha256 = std::string(64, 'b');
  AccuracyPoint point;
  point.epoch = 1;
  point.step = 20;
  point.elapsed_s = 5;
  point.train_loss = Measured<double>::of(1.5);
  point.train_accuracy_ratio = Measured<double>::of(0.5);
  point.heldout_loss = Measured<double>::missing("the loss is not finite");
  point.heldout_accuracy_ratio = Measured<double>::of(0.815);
  record.accuracy.push_back(point);
  record.step_times_s = {0.3, 0.25};
  record.warnings = {"a warning with <html> & \"quotes\""};
  return record;
}

/// A ledger with one of everything; made up but consistent.
inline LedgerRecord small_ledger() {
  LedgerRecord ledger;
  ledger.step = 1;
  ledger.nodes = 30;
  ledger.known_nodes = 28;
  ledger.unknown_nodes = {{"Handmade<int>", 2}};
  ledger.skipped = {.excluded = 9, .released = 1, .hooked = 2, .opaque = 3};
  LedgerStorage shared;
  shared.holders = {{"ReluBackward0", "result", "blocks.0", "h", "float", {5, 20}, 400, {}},
                    {"AddmmBackward0", "mat1", "blocks.0", "u", "float", {5, 20}, 400, {}},
                    {"MulBackward0", "self", "blocks.0", "", "float", {20}, 80, {}},
                    {"MulBackward0", "other", "tail", "", "float", {20}, 80, {}}};
  shared.storage_bytes = shared.allocator_bytes = 400;
  shared.is_at_peak = true;
  LedgerStorage pinned;
  pinned.holders = {{"PowBackward0", "self", "tail", "", "float", {}, 4, SavedState::modified}};
  pinned.storage_bytes = pinned.allocator_bytes = 200;
  pinned.unused_bytes = 196;
  pinned.other_references = 1;
  pinned.is_at_peak = false;
  LedgerStorage older;
  older.holders = {{"WhereBackward0", "condition", "", "", "bool", {5, 20}, 100, {}}};
  older.storage_bytes = older.allocator_bytes = 100;
  older.is_older = true;
  LedgerStorage output;
  output.holders = {{"LogSoftmaxBackward0", "result", "loss", "", "float", {5, 4}, 80, {}}};
  output.storage_bytes = output.allocator_bytes = 80;
  output.is_output = true;
  ledger.storages = {older, shared, pinned, output};
  ledger.output_bytes = Measured<std::int64_t>::of(4);
  ledger.excluded_bytes = Measured<std::int64_t>::of(16);
  ledger.freed_bytes = Measured<std::int64_t>::of(24);
  ledger.residual_bytes = Measured<std::int64_t>::of(1000);
  ledger.live_bytes = Measured<std::int64_t>::of(680 + 4 + 16 - 24 + 1000);
  ledger.residuals = {{"blocks.0", "h", "forward", 2, 900}, {"", "", "other", 1, 100}};
  return ledger;
}

/// A run of somebody's own model as a program leaves it: little is known of its configuration, and
/// the footprint is a sum over its ledger.
inline RunRecord foreign_run(ModelKind kind = ModelKind::libtorch) {
  RunRecord record = small_run();
  record.model_kind = kind;
  record.config = RunConfig();
  record.config.model = "net";
  record.config.batch = 16;
  record.config.dtype = "fp32";
  record.config.known_fields = {"model", "batch", "device", "dtype"};
  record.train_samples = record.heldout_samples = 0;
  record.data_sha256.clear();
  record.ledger = small_ledger();
  record.layers = layers_of(*record.ledger);
  record.layer_names = {"blocks.0", "tail", "loss"};
  RunSummary& s = record.summary;
  s.saved_bytes = Measured<std::int64_t>::of(680);
  s.dense_saved_bytes = s.predicted_saved_bytes =
      Measured<std::int64_t>::missing("no byte model knows this model");
  s.residual_bytes = Measured<std::int64_t>::of(1000);
  s.workspace_bytes = 0;
  s.heldout_accuracy_ratio = Measured<double>::missing("not measured");
  s.weights_sha256.clear();
  record.accuracy[0].heldout_accuracy_ratio = Measured<double>::missing("not measured");
  return record;
}

/// A memory record of three categories; made up but consistent.
inline MemoryRecord small_memory() {
  MemoryRecord memory;
  memory.step = 1;
  memory.peak = {9000, "blocks.0", "h", "backward"};
  memory.composition = {{MemoryCategory::saved_activation, "blocks.0", 4000, 6},
                        {MemoryCategory::workspace, "blocks.0", 3000, 2},
                        {MemoryCategory::parameter, "", 1200, 12},
                        {MemoryCategory::saved_activation, "tail", 800, 1}};
  memory.categories = {{MemoryCategory::saved_activation, 4800, {5000, "", "", "optimizer"}},
                       {MemoryCategory::workspace, 3000, {7000, "tail", "", "forward"}},
                       {MemoryCategory::parameter, 1200, {7800, "blocks.0", "h", "backward"}}};
  memory.allocated_bytes = 123456;
  memory.reported_bytes = Measured<std::int64_t>::of(123456);
  return memory;
}

/// What level timeline cost a run; made up.
inline TracerCost small_tracer_cost() {
  const auto of = [](double value) { return Measured<double>::of(value); };
  return {"timeline", 7, of(0.205), of(0.2), {of(1.025), of(0.9875), of(1.0625)}};
}

/// A measurement of the tracer with a row of each kind; made up.
inline TracerBenchRecord small_tracer_bench() {
  TracerBenchRecord record;
  record.environment = small_run().environment;
  record.settings.threads = 2;
  const auto of = [](double value) { return Measured<double>::of(value); };
  const auto none = Measured<double>::missing("no goal is set");
  record.calls = {{"scope_off",
                   "an operator scope while nothing records",
                   31,
                   {of(-0.125), of(-0.25), of(0.25)},
                   of(2),
                   GoalVerdict::met},
                  {"scope_on",
                   "an operator scope of a recorded step",
                   31,
                   {of(42), of(41), of(44)},
                   of(40),
                   GoalVerdict::missed},
                  {"operator",
                   "a LibTorch operator seen in a recorded step",
                   31,
                   {of(150), of(140), of(160)},
                   none,
                   GoalVerdict::none}};
  record.steps = {{"ledger_step",
                   TracerKind::level,
                   "the step whose autograd graph is read",
                   11,
                   0.201,
                   0.2,
                   {of(1.005), of(0.995), of(1.0375)},
                   of(1.02),
                   GoalVerdict::undecided},
                  {"libtorch-profiler",
                   TracerKind::rival,
                   "operators of the host",
                   11,
                   0.25,
                   0.2,
                   {of(1.25), of(1.2), of(1.3)},
                   none,
                   GoalVerdict::none}};
  record.files = {{"trace.db", TracerKind::level, 48000, 2000, 24, of(24), GoalVerdict::met},
                  {"libtorch-profiler chrome.json", TracerKind::rival, 400000, 1000, 400, none,
                   GoalVerdict::none}};
  return record;
}

/// A sweep of one seed, one baseline and a 2 × 2 grid, of which one point failed and one is to be
/// done yet; made up but consistent.
inline SweepRecord small_sweep() {
  SweepRecord sweep;
  sweep.environment = small_run().environment;
  const auto add = [&](const std::string& id, PointRole role, const RunRecord& run) {
    SweepPointRecord point;
    point.id = id;
    point.role = role;
    point.status = PointStatus::done;
    point.config = run.config;
    point.report = "points/" + id + "/report.json";
    point.summary = run.summary;
    point.heldout_samples = run.heldout_samples;
    point.elapsed_s = 12.5;
    point.tries = 1;
    sweep.points.push_back(point);
  };
  add("a0", PointRole::baseline, small_run("dense", 1400));
  std::int64_t saved = 300;
  for (const std::int64_t block : {8, 16}) {
    for (const double sparsity : {0.5, 0.75}) {
      RunRecord run = small_run("int4-bsr", saved += 50);
      run.config.block_rows = run.config.block_cols = block;
      run.config.sparsity_ratio = sparsity;
      add("b" + std::to_string(saved), PointRole::grid, run);
    }
  }
  SweepPointRecord& failed = sweep.points[3];
  failed.status = PointStatus::failed;
  failed.reason = "the loss became non-finite at step 3";
  failed.summary.reset();
  SweepPointRecord& pending = sweep.points[4];
  pending.status = PointStatus::pending;
  pending.report.clear();
  pending.summary.reset();
  pending.elapsed_s = pending.tries = 0;
  return sweep;
}

/// One point of two shapes, with a rival of each status; made up but consistent.
inline KernelsBenchRecord small_kernels() {
  KernelsBenchRecord record;
  record.status = RunStatus::interrupted;
  record.status_reason = "points are still to be measured";
  record.environment = small_run().environment;
  record.settings.shapes = {"fc1", "token-mix"};
  record.settings.blocks = {{16, 16}, {8, 64}};
  record.settings.sparsities = {0.5, 0.75};
  record.settings.backends = {"cpu", "cuda"};
  record.settings.dtypes = {"fp32", "bf16"};
  record.settings.threads = {2};
  record.input = "activations of a model <small>";
  const auto of = [](double value) { return Measured<double>::of(value); };
  record.machines = {
      {"cpu", "", 2, "a processor", "multiply-adds in registers", of(4.0e11), of(2.5e10)},
      {"cuda", "bf16", 0, "a GPU", "cuBLAS 8192x8192x8192", of(8.0e14),
       Measured<double>::missing("no room")}};
  const PairedRatio half{of(0.5), of(0.25), of(0.75)};
  const auto none = Measured<double>::missing("refused");
  KernelRival dense{"openblas",
                    RivalKind::dense,
                    "OpenBLAS",
                    "0.3.21",
                    "/lib/libopenblas.so.0",
                    RivalStatus::ok,
                    "",
                    "",
                    15,
                    of(0.02),
                    of(185),
                    {of(1), of(1), of(1)}};
  KernelRival masked{"libtorch-masked",
                     RivalKind::masked,
                     "LibTorch",
                     "2.11.0",
                     "/lib/libtorch.so",
                     RivalStatus::ok,
                     "the mask was made before",
                     "",
                     15,
                     of(0.03),
                     of(123),
                     {of(1.5), of(1.25), of(1.75)}};
  KernelRival refused{"libtorch-bsr",
                      RivalKind::sparse,
                      "LibTorch",
                      "2.11.0",
                      "/lib/libtorch.so",
                      RivalStatus::refused,
                      "square blocks only",
                      "",
                      0,
                      none,
                      none,
                      {none, none, none}};
  KernelRival missing{"libxsmm",
                      RivalKind::sparse,
                      "LIBXSMM",
                      "",
                      "",
                      RivalStatus::missing,
                      "not built in",
                      "",
                      0,
                      none,
                      none,
                      {none, none, none}};
  for (const char* shape : {"fc1", "token-mix"}) {
    for (const char* operation : {"weight_gradient", "compress", "product"}) {
      KernelResult row;
      const bool is_compress = std::string(operation) == "compress";
      const bool is_whole = std::string(operation) == "weight_gradient";
      row.operation = operation;
      row.backend = "cpu";
      row.dtype = "fp32";
      row.threads = 2;
      row.moved_bytes = 25'000'000;
      row.roofline_ratio = of(0.5);
      row.shape = shape;
      row.block_rows = row.block_cols = 16;
      row.sparsity_ratio = 0.5;
      row.tokens = 3136;
      row.features = 384;
      row.outputs = 1536;
      row.samples = 15;
      row.kept_flops = is_compress ? 0 : 1849688064;
      row.time_s = is_whole ? 0.01 : 0.005;
      row.dense_name = "openblas";
      row.dense_time_s = of(0.02);
      row.to_dense = half;
      row.to_libtorch = {of(0.375), Measured<double>::missing("3 rounds"),
                         Measured<double>::missing("3 rounds")};
      row.gflop_per_s = is_compress ? Measured<double>::missing("it multiplies nothing") : of(185);
      row.peak_ratio = is_compress ? Measured<double>::missing("it multiplies nothing") : of(0.46);
      row.gb_per_s = 25e6 / row.time_s * 1e-9;
      row.kept_norm_ratio = of(0.875);
      if (is_whole) row.rivals = {dense, masked, refused, missing};
      record.results.push_back(row);
    }
  }
  record.results[3].operation = "mixing_gradient";
  // As a GPU gives them: no threads, no LibTorch, an algorithm chosen beforehand.
  for (int i = 0; i < 3; ++i) {
    KernelResult row = record.results[static_cast<std::size_t>(i)];
    row.backend = "cuda";
    row.dtype = "bf16";
    row.threads = 0;
    row.time_s /= 100;
    row.dense_name = "cublaslt";
    row.to_libtorch = {none, none, none};
    row.roofline_ratio = Measured<double>::missing("no room");
    row.rivals.resize(std::min<std::size_t>(row.rivals.size(), 1));
    for (KernelRival& rival : row.rivals) {
      rival.name = "cublaslt";
      rival.library = "cuBLAS";
      rival.algorithm = "algorithm 3 of 8 tried";
    }
    record.results.push_back(row);
  }
  return record;
}

}  // namespace actscope::reports::test
