// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "actscope/reports/gate/result.hpp"

namespace actscope::reports {

/// A table for the terminal, worst rows first; what is the same is counted, not listed.
std::string gate_text(const GateResult& result);

/// A summary of at most 1 MiB: verdict, the ten worst rows, differences. What reports say is
/// escaped.
std::string gate_markdown(const GateResult& result);

/// JUnit XML: a test case a row, with a name of its own; waived rows and open questions are
/// skipped, what fails the gate is a failure, a candidate that did not complete an error.
std::string gate_junit(const GateResult& result);

/// Workflow commands of GitHub Actions for at most ten rows that fail the gate or leave it open.
std::string gate_annotations(const GateResult& result);

/// One line: "the candidate regressed [saved_bytes: 1400 against 600, and 3 more]".
std::string gate_sentence(const GateResult& result);

/// How times were measured, on one line: "24 of at most 40 rounds, 8 of them a second batch; false
/// alarms at most 0.1 %".
std::string timing_line(const GateTiming& timing);

}  // namespace actscope::reports
