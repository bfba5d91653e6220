// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <set>

#include "actscope/reports/gate/rendering.hpp"
#include "gate/plain_text.hpp"

namespace actscope::reports {
namespace {

enum class Outcome { passed, skipped, failure, error };

Outcome outcome_of(const GateRow& row) {
  if (row.verdict == GateVerdict::failed) return Outcome::error;
  if (fails_gate(row)) return Outcome::failure;
  return leaves_open(row) || !row.waiver.empty() ? Outcome::skipped : Outcome::passed;
}

std::string case_of(const GateRow& row, const std::string& name, Outcome outcome) {
  std::string text = fmt::format("    <testcase classname=\"actscope.gate.{}\" name=\"{}\"",
                                 name_of(row.kind), name);
  const std::string message = xml_text(row.message), reason = xml_text(row.reason);
  switch (outcome) {
    case Outcome::passed:
      return text + "/>\n";
    case Outcome::skipped:
      text += fmt::format(">\n      <skipped message=\"{}\"/>\n",
                          row.waiver.empty() ? message : "waived: " + xml_text(row.waiver));
      break;
    case Outcome::failure:
    case Outcome::error: {
      const char* tag = outcome == Outcome::error ? "error" : "failure";
      text += fmt::format(">\n      <{} type=\"{}\" message=\"{}\"/>\n", tag, reason, message);
      break;
    }
  }
  return text + "    </testcase>\n";
}

// Escaping and cutting may make two names equal.
std::string unique_name(const std::string& metric, std::set<std::string>& taken,
                        std::map<std::string, int>& counts) {
  const std::string name = xml_text(metric);
  std::string candidate = name;
  while (!taken.insert(candidate).second) {
    candidate = name + " (" + std::to_string(++counts[name] + 1) + ")";
  }
  return candidate;
}

}  // namespace

std::string gate_junit(const GateResult& result) {
  std::string cases;
  std::set<std::string> taken;
  std::map<std::string, int> counts;
  std::map<Outcome, int> outcomes;
  for (const GateRow& row : result.rows) {
    const Outcome outcome = outcome_of(row);
    ++outcomes[outcome];
    cases += case_of(row, unique_name(row.metric, taken, counts), outcome);
  }
  const std::string figures =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", result.rows.size(),
                  outcomes[Outcome::failure], outcomes[Outcome::error], outcomes[Outcome::skipped]);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n"
      "  <testsuite name=\"actscope gate\" {0}>\n{1}  </testsuite>\n</testsuites>\n",
      figures, cases);
}

}  // namespace actscope::reports
