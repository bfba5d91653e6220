// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/validation.hpp"

#include "actscope/base/error.hpp"
#include "actscope/reports/bench_kernels/document.hpp"
#include "actscope/reports/bench_tracer/document.hpp"
#include "actscope/reports/compare/comparison.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/evaluation/document.hpp"
#include "actscope/reports/footprint/document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/measurement.hpp"
#include "actscope/reports/gate/noise.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/plan/document.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"

namespace actscope::reports {

DocumentSchema validate_document(std::string_view text, std::string_view source) {
  DocumentSchema schema = identify(text, source);
  if (schema.name == "actscope.run") {
    (void)read_run_document(text, source);
  } else if (schema.name == "actscope.sweep") {
    (void)read_sweep_document(text, source);
  } else if (schema.name == "actscope.eval") {
    (void)read_evaluation_document(text, source);
  } else if (schema.name == "actscope.footprint") {
    (void)read_footprint_document(text, source);
  } else if (schema.name == "actscope.plan") {
    (void)read_plan_document(text, source);
  } else if (schema.name == "actscope.kernels") {
    (void)read_kernels_document(text, source);
  } else if (schema.name == "actscope.tracer") {
    (void)read_tracer_document(text, source);
  } else if (schema.name == "actscope.compare") {
    (void)read_comparison_document(text, source);
  } else if (schema.name == "actscope.gate") {
    (void)read_gate_document(text, source);
  } else if (schema.name == "actscope.history") {
    (void)read_history_document(text, source);
  } else if (schema.name == "actscope.rounds") {
    (void)read_rounds_document(text, source);
  } else if (schema.name == "actscope.noise") {
    (void)read_noise_document(text, source);
  } else if (schema.name == "actscope.policy") {
    (void)read_policy_document(text, source);
  } else if (schema.name == "actscope.config") {
    (void)read_sweep_spec(text, source, {});
  } else {
    throw ReportFormatError(error_text(
        std::string(source) + " is of an unknown kind", "found " + schema.name,
        "this version reads actscope.run, actscope.sweep, actscope.footprint, actscope.eval, "
        "actscope.compare, actscope.gate, actscope.policy, actscope.config, actscope.kernels, "
        "actscope.plan, actscope.tracer, actscope.history, actscope.rounds, actscope.noise"));
  }
  return schema;
}

}  // namespace actscope::reports
