// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/run_record.hpp"
#include "actscope/tracer/memory_timeline.hpp"
#include "actscope/tracer/recorder.hpp"

namespace actscope::tracer {

/// What a program says of a run of its own model. What is left out stays unknown in the report: an
/// empty text, an absent number.
///
/// Units    bytes, seconds; parameters in elements
struct RunInfo {
  ModelKind kind = ModelKind::libtorch;
  std::string name = {};  ///< of the model
  std::optional<std::int64_t> batch = {};
  std::optional<std::int64_t> seed = {};
  std::string device = "cpu";  ///< cpu, cuda
  std::string dtype = {};      ///< of activations: fp32, bf16
  std::string data = {};       ///< what it trains on
  /// How it is compressed; "dense": not at all, others are compared with it.
  std::string scheme = {};
  std::string optimizer = {};  ///< adamw, sgd, …
  std::optional<double> learning_rate = {};
  std::int64_t parameters = 0;

  std::vector<double> step_times_s = {};  ///< of every step, in order
  std::vector<double> losses = {};        ///< of every step, in order
  Measured<std::int64_t> peak_bytes = Measured<std::int64_t>::missing("not measured");
  Measured<std::int64_t> dense_saved_bytes =
      Measured<std::int64_t>::missing("no byte model knows this model");
  Measured<std::int64_t> predicted_saved_bytes =
      Measured<std::int64_t>::missing("no byte model knows this model");
  RunStatus status = RunStatus::completed;
  std::string status_reason = {};
  std::vector<std::string> warnings = {};
};

/// The whole record of a run of a model that is not ours, for `write_run_document`: saved bytes and
/// the footprint by layer and slot from the ledger; operators, kernels and losses of the trace from
/// the recorder; the composition of the peak from the memory of a step.
///
/// `ledger`, `recorder` and `memory` may be null: what they would tell is then absent, with the
/// reason. `ledger_marks[i]`: the number of the mark of storage i in `memory`; empty: not marked.
/// The environment is of this process and machine.
/// Effects  flushes the recorder
RunRecord run_record_of(const LedgerRecord* ledger, TraceRecorder* recorder, const RunInfo& info,
                        const MemoryExplanation* memory = nullptr,
                        const std::vector<std::optional<std::size_t>>& ledger_marks = {});

}  // namespace actscope::tracer
