// SPDX-License-Identifier: Apache-2.0
#include "gate/reported_values.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/units.hpp"
#include "actscope/base/visible_text.hpp"
#include "actscope/reports/run/document.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_told = 200;

// The end of what a command said on stderr, for an error of one line.
std::string last_words(const fs::path& stderr_file) {
  const std::string line = visible_line(last_line_of(stderr_file));
  return line.size() > longest_told ? line.substr(0, longest_told) + "…" : line;
}

[[noreturn]] void fail_launch(const std::string& what, const std::string& why,
                              const std::string& remedy) {
  throw RunError(error_text(what, why, remedy));
}

void require_good_end(const LaunchRequest& request, const LaunchEnd& end) {
  const std::string words = last_words(request.stderr_file);
  switch (end.outcome) {
    case LaunchOutcome::timed_out:
      fail_launch("the command did not end", "killed after " + format_duration(request.limit_s),
                  "give a longer --time-limit");
    case LaunchOutcome::signaled:
      fail_launch("the command was killed",
                  "signal " + std::to_string(end.signal) + ", " + ::strsignal(end.signal) +
                      (words.empty() ? "" : "; " + words),
                  "");
    case LaunchOutcome::stopped:
      fail_launch("the command was stopped", "", "");
    case LaunchOutcome::exited:
      break;
  }
  if (end.exit_code == 0) return;
  const bool did_not_start = end.exit_code == 126 || end.exit_code == 127;
  fail_launch(did_not_start ? "the command did not start" : "the command failed",
              "exit code " + std::to_string(end.exit_code) + (words.empty() ? "" : ": " + words),
              did_not_start ? "see that the shell finds it" : "");
}

reports::ReportedValues of_report(const fs::path& report) {
  const std::string text = read_file(report), source = report.string();
  const std::string kind = reports::identify(text, source).name;
  if (kind != "actscope.run") {
    fail_launch("the command wrote an " + kind + " document", source,
                "it has to leave an actscope.run document, or print numbers");
  }
  const RunRecord record = reports::read_run_document(text, source);
  if (record.status != RunStatus::completed) {
    fail_launch("the run of the command did not complete", record.status_reason, "");
  }
  return reports::values_of_run(record);
}

void add_process(reports::ReportedValues& reported, const LaunchEnd& end) {
  using reports::MetricClass;
  using reports::Wanted;
  const auto add = [&](const char* name, MetricClass kind, double value) {
    reported.metrics.push_back(
        {name, kind, kind == MetricClass::exact ? Wanted::lower_count : Wanted::fewer, false, 0});
    reported.values[name] = value;
  };
  const bool has_primary =
      std::ranges::any_of(reported.metrics, [](const auto& metric) { return metric.is_primary; });
  add("process.wall_s", MetricClass::timing, end.wall_s);
  reported.metrics.back().is_primary = !has_primary;
  add("process.cpu_s", MetricClass::timing, end.cpu_s);
  add("process.peak_rss_bytes", MetricClass::timing, static_cast<double>(end.peak_rss_bytes));
  if (end.instructions) {
    add("process.instructions_count", MetricClass::exact, static_cast<double>(*end.instructions));
  }
}

}  // namespace

std::string last_line_of(const fs::path& file) {
  constexpr std::streamoff most = 65536;
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  if (!stream) return {};
  const std::streamoff size = stream.tellg(), from = std::max<std::streamoff>(0, size - most);
  stream.seekg(from);
  std::string text(static_cast<std::size_t>(size - from), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

reports::ReportedValues reported_values(const LaunchRequest& request, const LaunchEnd& end,
                                        Reporting reporting) {
  require_good_end(request, end);
  reports::ReportedValues reported;
  const fs::path report = request.out_folder / "report.json";
  std::error_code code;
  if (reporting == Reporting::process_only) {
    // Nothing is read.
  } else if (fs::exists(report, code)) {
    try {
      reported = of_report(report);
    } catch (const ReportFormatError& error) {
      fail_launch("the command left no valid report", error.what(), "");
    }
  } else {
    const std::string line = last_line_of(request.stdout_file);
    const char* remedy =
        "write report.json into $ACTSCOPE_OUT or {out}, print numbers as JSON on the last line, or "
        "give --process-only";
    if (line.empty() || line.front() != '{') {
      const std::string shown = visible_line(line.substr(0, longest_told));
      fail_launch("the command reported nothing",
                  line.empty() ? "no output, no report" : "its last line is: " + shown, remedy);
    }
    try {
      reported = reports::values_of_numbers(line, "the last line of the command");
    } catch (const ReportFormatError& error) {
      fail_launch("the command printed no numbers", error.what(), "");
    }
  }
  add_process(reported, end);
  return reported;
}

}  // namespace actscope::app
