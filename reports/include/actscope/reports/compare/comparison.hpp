// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::reports {

/// One metric of two runs.
struct ComparisonRow {
  std::string metric;  ///< "saved_bytes", "layers.blocks.0.h.stored_bytes", …
  std::string kind;    ///< exact, timing, learning (the classes of the gate)
  std::optional<double> a;
  std::optional<double> b;
  std::optional<double> difference;  ///< b − a
  std::optional<double> ratio;       ///< b / a; absent where a is 0
  /// Where the difference of accuracies lies with 95 % by the held-out images; absent where they
  /// are not counted.
  std::optional<double> difference_low = std::nullopt, difference_high = std::nullopt;
};

struct Comparison {
  std::string a_name;
  std::string b_name;
  std::vector<std::string> config_differences;  ///< "scheme: dense → exact"
  std::vector<ComparisonRow> rows;
};

/// Bytes are compared exactly; times and accuracies of single runs are shown without a verdict.
Comparison compare_runs(const RunRecord& a, const std::string& a_name, const RunRecord& b,
                        const std::string& b_name);

/// The `actscope.compare` document.
std::string write_comparison_document(const Comparison& comparison);
/// Errors  ReportFormatError: as validate_document
Comparison read_comparison_document(std::string_view text, std::string_view source);

/// A table for the terminal.
std::string comparison_text(const Comparison& comparison);

}  // namespace actscope::reports
