// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/document.hpp"

#include "actscope/base/error.hpp"
#include "actscope/reports/comparison.hpp"
#include "actscope/reports/config_document.hpp"
#include "actscope/reports/evaluation_document.hpp"
#include "actscope/reports/footprint_document.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/policy.hpp"
#include "actscope/reports/kernels_document.hpp"
#include "actscope/reports/plan_document.hpp"
#include "actscope/reports/run_document.hpp"
#include "actscope/reports/sweep_document.hpp"
#include "actscope/reports/tracer_document.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

DocumentSchema identify(std::string_view text, std::string_view source) {
  const Json document = parse_json(text, source);
  const JsonCursor schema = JsonCursor(document, std::string(source)).at("schema");
  return {schema.at("name").text(), schema.at("version").text()};
}

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
  } else if (schema.name == "actscope.policy") {
    (void)read_policy_document(text, source);
  } else if (schema.name == "actscope.config") {
    (void)read_sweep_spec(text, source, {});
  } else {
    throw ReportFormatError(error_text(
        std::string(source) + " is of an unknown kind", "found " + schema.name,
        "this version reads actscope.run, actscope.sweep, actscope.footprint, actscope.eval, "
        "actscope.compare, actscope.gate, actscope.policy, actscope.config, actscope.kernels, "
        "actscope.plan, "
        "actscope.tracer"));
  }
  return schema;
}

}  // namespace actscope::reports
