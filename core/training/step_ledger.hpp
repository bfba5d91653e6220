// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "actscope/base/ledger_record.hpp"
#include "actscope/core/model/resmlp.hpp"
#include "actscope/tracer/torch/graph_ledger.hpp"
#include "training/batch_loader.hpp"
#include "training/step_tracer.hpp"

namespace actscope::core {

/// Reads the autograd graph of one step of a run, once, and tells the tracer what the memory of
/// that step is for. Every other step passes through untouched. What hinders it is told to the
/// tracer: the run goes on without this ledger.
class StepLedger {
 public:
  /// The arguments outlive it.
  StepLedger(tracer::MemoryDevice device, const ResMlp& model, const torch::optim::AdamW& optimizer,
             StepTracer& tracer)
      : device_(device), model_(model), optimizer_(optimizer), tracer_(tracer) {}

  /// Before forward of the step to read.
  void begin(const Batch& batch);
  /// After the loss. Does nothing without begin.
  void count(std::int64_t step, const torch::Tensor& loss, const torch::Tensor& logits);
  /// After backward. Does nothing without begin.
  void mark_gradients();

  /// Whether a step was read, or could not be.
  bool is_done() const noexcept { return record_.has_value() || has_failed_; }
  /// What was counted, with what the tracer says of the peak. Call after the tracer's finish.
  std::optional<LedgerRecord> record() const;

 private:
  template <class Part>
  void guarded(const Part& part) noexcept;
  void give_up(const char* why) noexcept;
  void mark(const torch::Tensor& tensor, MemoryCategory category);
  void mark_optimizer_state();

  tracer::MemoryDevice device_;
  const ResMlp& model_;
  const torch::optim::AdamW& optimizer_;
  StepTracer& tracer_;
  std::optional<tracer::GraphLedger> ledger_;  // of the step being read
  std::optional<LedgerRecord> record_;
  std::vector<std::optional<std::size_t>> marks_;  // of the storages of record_
  bool has_failed_ = false;
};

}  // namespace actscope::core
