// SPDX-License-Identifier: Apache-2.0

#include "actscope/base/console.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/reports/format/output_format.hpp"
#include "actscope/reports/history/document.hpp"
#include "actscope/reports/history/folder.hpp"
#include "actscope/reports/history/rendering.hpp"
#include "command.hpp"
#include "options/value_text.hpp"
#include "output.hpp"
#include "output_files.hpp"

namespace actscope::app {
namespace {

struct HistoryCommand {
  std::string folder, by, revisions, format = "text", output, introduction;
  std::vector<std::string> metrics;
  double least_change = reports::StepRule().least_change_ratio;
  bool json = false, quiet = false;
};

reports::HistoryOrder order_of(const HistoryCommand& command) {
  const std::string by =
      command.by.empty() ? (command.revisions.empty() ? "date" : "revision") : command.by;
  for (const auto order : {reports::HistoryOrder::date, reports::HistoryOrder::revision,
                           reports::HistoryOrder::path}) {
    if (by == name_of(order)) return order;
  }
  throw ConfigError(
      error_text("unknown order '" + by + "'", {}, "give --by date, revision or path"));
}

reports::HistoryOptions options_of(const HistoryCommand& command) {
  reports::HistoryOptions options;
  options.order = order_of(command);
  options.rule.least_change_ratio = command.least_change;
  if (!(command.least_change >= 0 && command.least_change < 1)) {
    throw ConfigError(
        error_text("--min-change is out of range", "from 0 to below 1", "give 0.01 for 1 %"));
  }
  const bool is_by_revision = options.order == reports::HistoryOrder::revision;
  if (is_by_revision != !command.revisions.empty()) {
    throw ConfigError(error_text("--by revision and --revisions go together", {},
                                 "write the list with git log --reverse --format=%H"));
  }
  if (is_by_revision) {
    options.revisions = reports::read_revisions(read_file(command.revisions), command.revisions);
  }
  return options;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return list;
}

// Nothing to show is an error: a folder, an order or a metric that nobody meant.
void require_content(const HistoryCommand& command, const reports::History& history) {
  const std::string& folder = command.folder;
  if (history.reports.empty() && !history.unplaced.empty()) {
    throw DataError(error_text(
        "no report below " + folder + " has a place in the order of its " + name_of(history.order),
        history.unplaced.front().source + ": " + history.unplaced.front().reason,
        "order them with --by path"));
  }
  if (history.reports.empty()) {
    throw DataError(error_text("no report that can be read lies below " + folder,
                               std::to_string(history.unreadable.size()) + " files not readable, " +
                                   std::to_string(history.other_files) + " of other kinds",
                               "give a folder of actscope.run, .gate or .kernels documents"));
  }
  bool has_values = false, has_gaps = false;
  for (const reports::HistoryGroup& group : history.groups) has_values |= !group.series.empty();
  for (const reports::HistoryReport& report : history.reports) has_gaps |= !report.gap.empty();
  if (has_values || command.metrics.empty() || has_gaps) return;
  throw ConfigError(error_text("no report has a metric of --metric " + list_of(command.metrics), {},
                               "give names or globs, as step_time_s or 'layers.*.stored_bytes'"));
}

std::string rendered_history(const HistoryCommand& command, const reports::History& history) {
  if (command.json || command.format == "json") return reports::write_history_document(history);
  return reports::render_history(history, reports::parse_format(command.format),
                                 command.introduction);
}

ExitCode show_history(const HistoryCommand& command) {
  if (command.json && command.format != "text" && command.format != "json") {
    throw ConfigError(error_text("--json and --format " + command.format + " exclude each other",
                                 {}, "give one of the two"));
  }
  if (command.format != "json") (void)reports::parse_format(command.format);  // before the work
  const reports::HistoryOptions options = options_of(command);
  if (!command.output.empty()) check_target(command.output, "the history");
  const auto metrics = command.metrics.empty() ? reports::primary_metrics()
                                               : std::span<const std::string>(command.metrics);
  reports::HistoryFolder folder = reports::read_history_folder(command.folder, metrics);
  if (!command.quiet) {
    for (const reports::HistoryProblem& problem : folder.unreadable) {
      tell("passed over: " + problem.reason);
    }
  }
  const std::string name = whole_path(command.folder).filename().string();
  const reports::History history =
      reports::history_of_folder(std::move(folder), name.empty() ? command.folder : name, options);
  require_content(command, history);
  write_result(rendered_history(command, history), command.output, command.quiet);
  return ExitCode::done;
}

}  // namespace

void add_history(CLI::App& program, Action& action) {
  CLI::App* app =
      add_command(program, "history", "finds steps in the metrics of a folder of reports",
                  "actscope history runs\n"
                  "         actscope history runs --format html --output history.html");
  auto command = std::make_shared<HistoryCommand>();
  app->add_option(
         "DIR", command->folder,
         "folder; every report below it is read: runs,\nverdicts of the gate, bench kernels")
      ->required();
  app->add_option("--by", command->by,
                  "date, revision or path: what reports stand in\norder of [date]")
      ->option_text("NAME");
  app->add_option("--revisions", command->revisions,
                  "list of hashes, oldest first, as git log\n--reverse --format=%H prints it")
      ->option_text("FILE");
  app->add_option("--metric", command->metrics,
                  "glob over the names of metrics, as\n'layers.*.stored_bytes'; repeatable [step "
                  "time, throughput,\npeak and saved bytes, accuracy, losses]")
      ->option_text("GLOB")
      ->allow_extra_args(false);
  app->add_option_function<std::string>(
         "--min-change",
         [command](const std::string& text) {
           command->least_change = parse_real("--min-change", text);
         },
         "the interval of a change in noise lies wholly\nbeyond it; of accuracies in points / 100 "
         "[0.01]")
      ->option_text("RATIO");
  app->add_option("--format", command->format, "text, md, html, csv, or json: the document [text]")
      ->option_text("NAME");
  app->add_option("--output", command->output, "file to write [stdout]")->option_text("FILE");
  app->add_option("--introduction", command->introduction, "a sentence above everything")
      ->option_text("TEXT");
  app->add_flag("--json", command->json, "print the actscope.history document");
  app->add_flag("--quiet", command->quiet, "nothing on stderr but errors");
  app->callback([&action, command] { action = [command] { return show_history(*command); }; });
}

}  // namespace actscope::app
