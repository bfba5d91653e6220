// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "actscope/bench/kernels_suite.hpp"
#include "actscope/bench/tracer_suite.hpp"
#include "actscope/core/planner/planner.hpp"
#include "actscope/core/training/evaluation.hpp"
#include "actscope/core/training/training.hpp"

namespace actscope::app {

/// All that needs LibTorch, which takes most of a second to load: it is in a program of its own,
/// actscope-engine (docs/decisions/0071). Both are made of the same commands; actscope reads
/// options, checks, judges and reports, and becomes actscope-engine where something is computed.
struct Engine {
  RunRecord (*train)(const RunConfig&, const core::TrainingHooks&);
  RunRecord (*resume)(const RunConfig&, const core::TrainingHooks&);
  EvaluationRecord (*evaluate)(const RunConfig&, const core::EvaluationHooks&);
  std::optional<PlanRecord> (*make_plan)(const core::PlanRequest&, const core::PlanHooks&);
  KernelsSettings (*resolved_kernels)(KernelsSettings);
  std::string (*difference_to)(const KernelsBenchRecord&, const KernelsSettings&,
                               const EnvironmentRecord&);
  KernelsBenchRecord (*run_kernels_suite)(KernelsBenchRecord, const bench::KernelsWatch&);
  bench::TracerPlan (*resolved_tracer)(bench::TracerPlan);
  TracerBenchRecord (*run_tracer_suite)(const bench::TracerPlan&, const EnvironmentRecord&,
                                        const bench::TracerWatch&);
};

/// In actscope-engine, its functions. In actscope it does not return: the process goes on as
/// actscope-engine with the same arguments.
/// Requires a command that has done nothing yet that may not be done twice
/// Errors  EnvironmentError: actscope-engine does not lie beside this program, or does not start
const Engine& engine();

/// For a command whose children need the engine.
/// Errors  EnvironmentError: actscope-engine does not lie beside this program, or may not be
/// started
void require_engine();

}  // namespace actscope::app
