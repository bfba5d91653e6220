// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/footprint_record.hpp"
#include "actscope/base/run_config.hpp"
#include "actscope/base/run_record.hpp"
#include "actscope/tracer/store_ledger.hpp"
#include "training/training_progress.hpp"

namespace actscope::core {

/// What the steps kept between forward and backward. Units: bytes.
struct SavedMeasurement {
  std::int64_t steps = 0;        ///< measured so far
  std::int64_t saved_bytes = 0;  ///< of the last one, by the allocator
  std::int64_t ledger_bytes = 0;
  std::vector<tracer::SlotBytes> slots;
  bool is_steady = true;  ///< the second step and all later ones kept the same number of bytes

  /// The first step may fill library caches, so it stands only until there is a second.
  void add(std::int64_t saved, tracer::StoreLedger&& ledger) noexcept;
};

/// What a run knows of its bytes at its end.
struct MeasuredBytes {
  const RunConfig& config;
  const FootprintRecord& footprint;  ///< of its last step
  const TrainingProgress& progress;
  const SavedMeasurement& saved;
  std::int64_t peak_bytes = 0;  ///< 0: no step ran
  bool has_one_scheme = true;   ///< the same in every step
};

/// Layers, predicted and measured bytes, and warnings about those that should agree and do not.
void fill_bytes(RunRecord& record, const MeasuredBytes& measured);

/// Times of steps, loss and accuracy; each missing with its reason where there is none.
void fill_results(RunSummary& summary, const RunConfig& config, const TrainingProgress& progress);

/// SHA-256 over the bytes of all parameters in order.
std::string weights_digest(const torch::nn::Module& module);

}  // namespace actscope::core
