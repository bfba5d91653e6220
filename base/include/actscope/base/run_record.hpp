// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actscope/base/environment_record.hpp"
#include "actscope/base/footprint_record.hpp"
#include "actscope/base/hardware_counts.hpp"
#include "actscope/base/ledger_record.hpp"
#include "actscope/base/measured.hpp"
#include "actscope/base/memory_record.hpp"
#include "actscope/base/paired_ratio.hpp"
#include "actscope/base/run_config.hpp"

namespace actscope {

/// One point of the accuracy curves. Held-out figures are measured on data never trained on.
struct AccuracyPoint {
  std::int64_t epoch = 0;                 ///< epochs finished
  std::int64_t step = 0;                  ///< steps finished
  double elapsed_s = 0;                   ///< training time, evaluation excluded
  Measured<double> train_loss;            ///< mean over the steps since the last point
  Measured<double> train_accuracy_ratio;  ///< the same, on the (augmented) training batches
  Measured<double> heldout_loss;
  Measured<double> heldout_accuracy_ratio;
};

/// Time of one operator or device kernel in one layer, slot and phase, over the traced steps.
struct OperatorTiming {
  std::string name;
  std::string layer;   ///< "blocks.0", …; empty: outside every layer
  std::string phase;   ///< forward, backward, optimizer, other
  std::string device;  ///< cpu, cuda
  std::int64_t calls = 0;
  double total_s = 0;
  std::string slot;                                     ///< empty: of no slot
  std::string source = "scope";                         ///< scope, cupti, cuda_event
  std::optional<HardwareCounts> counts = std::nullopt;  ///< absent where no call was counted
};

/// How a run was traced, and what the tracer lost meanwhile. Counts of records.
struct TraceRecord {
  std::int64_t traced_steps = 0;      ///< steps that the timings cover
  std::int64_t dropped_records = 0;   ///< no room, or the writer failed
  std::int64_t untimed_records = 0;   ///< records whose start or end the source did not know
  std::int64_t clock_anomalies = 0;   ///< records that end before they begin, or outside the trace
  std::int64_t unplaced_kernels = 0;  ///< work of devices launched where no place was known
  std::int64_t overhead_ns = 0;       ///< of the profiling interface itself, all threads
  std::int64_t driver_allocations = 0;      ///< of device memory, past any caching allocator
  std::int64_t driver_allocated_bytes = 0;  ///< of those
  std::string kernels_source;         ///< cupti, cuda_event; empty: no device kernels recorded
  std::string kernels_reason;         ///< why kernels_source is empty or not cupti
  std::string files_reason;           ///< why the trace files are not whole; empty: they are
  std::string counters_source = "";   ///< perf_event; empty: no counters of the processor
  std::string counters_reason = "";   ///< why counters_source is empty, or some counter is missing
  std::int64_t scaled_operators = 0;  ///< counted part of their time only, and scaled to the whole
  std::int64_t uncounted_operators = 0;  ///< calls whose counters gave no believable values
};

/// What the trace level of a run cost it, by its own steps with the level and without it in turns.
struct TracerCost {
  std::string level;
  std::int64_t samples = 0;     ///< pairs of blocks of steps, one with the level, one without
  Measured<double> on_step_s;   ///< median of a step with the level
  Measured<double> off_step_s;  ///< of a step without
  PairedRatio ratio;            ///< with / without
};

/// How far a compressed gradient is from the exact one on the same batch.
struct GradientError {
  std::string layer;
  std::string parameter;
  double relative_error = 0;  ///< ‖g − g_exact‖ / ‖g_exact‖
  double cosine = 0;
};

/// The figures that a comparison starts from. Units in the names.
struct RunSummary {
  Measured<std::int64_t> peak_bytes;  ///< highest live bytes of the allocator during training steps
  Measured<std::int64_t>
      saved_bytes;  ///< live after forward − live before − outputs, by the allocator
  Measured<std::int64_t> dense_saved_bytes;      ///< byte model of plain autograd
  Measured<std::int64_t> predicted_saved_bytes;  ///< byte model of the scheme at `predicted_step`
  std::int64_t predicted_step = 0;  ///< step, from 0, that the prediction is for: the last one
  Measured<std::int64_t> residual_bytes;  ///< saved_bytes − Σ bytes registered by storages
  std::int64_t workspace_bytes = 0;       ///< configured transient budget of the compressed blocks
  Measured<double> step_time_s;           ///< median over the training steps
  Measured<double> images_per_s;
  Measured<double> train_loss;
  Measured<double> heldout_accuracy_ratio;
  std::int64_t steps = 0;
  std::string weights_sha256;  ///< of all final parameters in order; equal seeds give equal digests
};

enum class RunStatus { completed, interrupted, failed };

/// Whose model a run trains. All but the instrumented ResMLP are models that Actscope only watches:
/// of their configuration it knows some fields, and no byte model predicts what they keep.
enum class ModelKind : std::uint8_t { resmlp, python, libtorch };

/// "resmlp", "python", "libtorch".
const char* name_of(ModelKind kind);

/// All that a training run leaves; `reports` writes it as an `actscope.run` document.
struct RunRecord {
  RunStatus status = RunStatus::completed;
  std::string status_reason;  ///< empty where completed
  ModelKind model_kind = ModelKind::resmlp;
  RunConfig config;  ///< of another model than ours with `known_fields`; its `model` is the name
  EnvironmentRecord environment;
  std::int64_t parameters = 0;
  std::int64_t train_samples = 0;
  std::int64_t heldout_samples = 0;
  std::string data_sha256;  ///< of the files read, or of the generator's seed for synthetic data
  std::vector<std::string> layer_names;
  RunSummary summary;
  std::vector<LayerFootprint> layers;
  std::vector<OperatorTiming> operators;  ///< by scopes around each operator, host time
  std::vector<OperatorTiming> kernels;    ///< device kernels, device time
  std::optional<TraceRecord> trace;       ///< absent where nothing was timed
  std::optional<TracerCost> tracer_cost;  ///< absent where no step could run
  std::optional<LedgerRecord> ledger;     ///< of one step; absent where none was read
  std::optional<MemoryRecord> memory;     ///< of one step; absent where no allocation was recorded
  std::vector<GradientError> gradients;
  std::vector<AccuracyPoint> accuracy;
  std::vector<double> step_times_s;   ///< raw samples, in order
  std::vector<std::string> warnings;  ///< what the reader must know before believing a number
};

}  // namespace actscope
