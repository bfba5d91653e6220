// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_status_command.hpp"
#include "output.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "actscope/base/units.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "process/stop_signal.hpp"
#include "sweep/sweep_estimate.hpp"
#include "sweep/sweep_result.hpp"

namespace actscope::app {
namespace {

struct StatusCommand {
  std::string folder;
  bool watch = false, json = false, quiet = false;
};

bool is_to_come(const SweepPointRecord& point) {
  return point.status == PointStatus::pending || point.status == PointStatus::running;
}

// The time that is left, from the mean time of done points, with as many at once as run now.
std::string rest_text(const SweepRecord& record) {
  double seconds = 0;
  std::int64_t done = 0, left = 0, running = 0;
  for (const SweepPointRecord& point : record.points) {
    if (point.status == PointStatus::done && point.elapsed_s > 0) {
      seconds += point.elapsed_s;
      ++done;
    }
    left += is_to_come(point) ? 1 : 0;
    running += point.status == PointStatus::running ? 1 : 0;
  }
  if (left == 0 || done == 0) return "";
  const double rest = seconds / static_cast<double>(done) * static_cast<double>(left) /
                      static_cast<double>(std::max<std::int64_t>(1, running));
  return ", about " + format_duration(rest) + (running > 0 ? " left" : " of work left");
}

ExitCode status(const StatusCommand& command) {
  const sweep::SweepFolder folder{std::filesystem::path(command.folder)};
  if (command.watch) catch_stop_signals();
  while (true) {
    const SweepRecord record = read_sweep_folder(folder);
    const bool is_last = !command.watch || std::ranges::none_of(record.points, is_to_come);
    if (command.json) {
      if (is_last) write_output(reports::write_sweep_document(record));
    } else {
      if (is_last && !command.quiet) write_output(planned_points(record.points) + "\n");
      write_output(count_text(record) + rest_text(record) + "\n");
    }
    // Whatever the points say: that a sweep is under way, or that a point failed, is an answer.
    if (!flush_output() || is_last) return ExitCode::done;
    for (int i = 0; i < 20 && !is_stop_requested(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (is_stop_requested()) return ExitCode::interrupted;
  }
}

}  // namespace

void add_sweep_status(CLI::App& sweep, Action& action) {
  CLI::App* app = add_command(sweep, "status", "says how far the sweep in a folder is",
                              "actscope sweep status sweeps/a --watch");
  auto command = std::make_shared<StatusCommand>();
  app->add_option("DIR", command->folder, "the --out folder of a sweep")->required();
  app->add_flag("--watch", command->watch, "a line every two seconds until all points ended");
  app->add_flag("--json", command->json, "print the actscope.sweep document");
  app->add_flag("--quiet", command->quiet, "only the counts");
  app->callback([&action, command] { action = [command] { return status(*command); }; });
}

}  // namespace actscope::app
