// SPDX-License-Identifier: Apache-2.0
#include "gate/gate_outputs.hpp"

#include <fmt/format.h>

#include <chrono>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/gate/document.hpp"
#include "actscope/reports/gate/rendering.hpp"
#include "output.hpp"

namespace actscope::app {

void add_gate_outputs(CLI::App& app, GateOutputs& outputs) {
  app.add_option("--policy", outputs.policy, "an actscope.policy document: margins, waivers")
      ->option_text("FILE");
  CLI::Option* json = app.add_flag("--json", outputs.json, "print the actscope.gate document");
  app.add_option("--output", outputs.output, "file for the actscope.gate document")
      ->option_text("FILE");
  app.add_option("--markdown", outputs.markdown, "file for a summary, the ten worst first")
      ->option_text("FILE");
  app.add_option("--junit", outputs.junit, "file for JUnit XML, a test case a metric")
      ->option_text("FILE");
  app.add_flag("--github", outputs.github, "also print annotations for GitHub Actions")
      ->excludes(json);
  app.add_flag("--strict", outputs.strict, "exit 5 where the verdict is inconclusive");
  app.add_flag("--strict-env", outputs.strict_env, "exit 4 where build or machine differ");
  app.add_flag("--quiet", outputs.quiet, "no remarks on stderr");
}

reports::GatePolicy policy_of(const GateOutputs& outputs) {
  if (outputs.policy.empty()) return {};
  return reports::read_policy_document(read_file(outputs.policy), outputs.policy);
}

void give_result(const GateOutputs& outputs, const reports::GateResult& result) {
  if (!outputs.output.empty()) {
    write_file_atomically(outputs.output, reports::write_gate_document(result));
  }
  if (!outputs.markdown.empty()) {
    write_file_atomically(outputs.markdown, reports::gate_markdown(result));
  }
  if (!outputs.junit.empty()) write_file_atomically(outputs.junit, reports::gate_junit(result));
  write_output(outputs.json ? reports::write_gate_document(result) : reports::gate_text(result));
  if (outputs.github) write_output(reports::gate_annotations(result));
}

ExitCode code_of_result(const GateOutputs& outputs, const reports::GateResult& result) {
  using reports::GateVerdict;
  if (result.verdict == GateVerdict::failed) return ExitCode::run_failed;
  if (outputs.strict_env && !result.environment_differences.empty()) return ExitCode::environment;
  if (result.verdict == GateVerdict::regressed) return ExitCode::negative_result;
  if (outputs.strict && result.verdict == GateVerdict::inconclusive) return ExitCode::inconclusive;
  return ExitCode::done;
}

std::string explanation_of(const reports::GateResult& result, ExitCode code) {
  if (code != ExitCode::environment) return error_text(reports::gate_sentence(result));
  const std::size_t count = result.environment_differences.size();
  return error_text(result.timing ? "the noise was measured in another environment"
                                  : "the two reports come from different environments",
                    result.environment_differences.front() +
                        (count > 1 ? "; and " + std::to_string(count - 1) + " more" : ""),
                    result.timing
                        ? "measure it here with actscope gate noise, or leave out --strict-env"
                        : "record a baseline here, or leave out --strict-env");
}

std::string today_in_utc() {
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

}  // namespace actscope::app
