// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace actscope::reports {

/// Lets a regression pass for a while.
struct GateWaiver {
  std::string metric;   ///< glob over metric names
  std::string reason;   ///< why; never empty
  std::string expires;  ///< the last day it holds, "2026-12-31" (UTC)
};

/// What the gate tolerates. The defaults hold without a policy file.
struct GatePolicy {
  double accuracy_margin_ratio = 0.01;  ///< accuracy may fall by so much; 0.01 is one point
  double loss_margin_ratio = 0.05;      ///< loss may rise by so much, relative to the baseline
  double confidence_ratio = 0.95;       ///< of the one-sided intervals of learning metrics
  std::vector<std::string> ignore;      ///< globs of metrics that are not judged
  std::vector<GateWaiver> waivers;
};

/// Whether `name` is matched by `glob`: `*` is any text, dots too, `?` any one byte.
/// Cost  at most glob × name steps
bool matches_glob(std::string_view glob, std::string_view name);

/// The `actscope.policy` document.
std::string write_policy_document(const GatePolicy& policy);

/// What the document leaves out keeps its default.
/// Errors  ReportFormatError: as validate_document; an unknown field, named with the nearest known
///         one; a waiver without reason or with a day that the calendar does not have
GatePolicy read_policy_document(std::string_view text, std::string_view source);

}  // namespace actscope::reports
