// SPDX-License-Identifier: Apache-2.0
#include "sweep/run_files.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/core/training/checkpoint_check.hpp"
#include "actscope/reports/format/document.hpp"
#include "actscope/reports/run/document.hpp"

namespace actscope::sweep {
namespace fs = std::filesystem;
namespace {

// What versions before manifests left in the folder of a run.
constexpr std::array<std::string_view, 9> names_before_manifests{
    "report.json",      "checkpoint.pt", "trace.db",      "trace.db-wal", "trace.db-shm",
    "trace.db-journal", "trace.pftrace", "trace.json.gz", "memory.pickle"};

// "report.json.X1y2Z3", as those versions called a file that they had not finished.
bool is_begun(const std::string& name, std::string_view of) {
  return name.size() == of.size() + 7 && name.starts_with(of) && name[of.size()] == '.';
}

bool is_known(const std::string& name) {
  return std::ranges::any_of(names_before_manifests, [&](std::string_view one) {
    return name == one || is_begun(name, one);
  });
}

bool is_report_of_a_run(const fs::path& file) {
  try {
    return reports::identify(read_file(file), file.string()).name == "actscope.run";
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> run_files(const std::string& trace) {
  std::vector<std::string> files{"report.json", core::checkpoint_name};
  RunConfig config;
  config.trace = trace;
  if (!core::has_timeline(core::trace_level_of(config))) return files;
  for (const char* name :
       {"trace.db", "trace.db-wal", "trace.db-shm", "trace.db-journal", "trace.pftrace"}) {
    files.emplace_back(name);
  }
  return files;
}

std::optional<RunRecord> read_report(const fs::path& report) {
  try {
    return reports::read_run_document(read_file(report), report.string());
  } catch (const Error&) {
    return std::nullopt;
  }
}

void refuse_foreign_folder(const fs::path& folder, const std::string& why) {
  throw EnvironmentError(error_text("cannot start over in " + folder.string(), why,
                                    "name another folder, or remove yourself what it holds"));
}

FolderManifest earlier_run(const fs::path& folder) {
  if (const auto manifest = read_manifest(folder)) {
    if (manifest->kind == run_kind) return *manifest;
    refuse_foreign_folder(folder, "its .actscope says that it holds a " + manifest->kind);
  }
  FolderManifest found{std::string(run_kind), {}};
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(folder_lease_name) || name == "report.html") continue;
    if (is_temporary_name(name, manifest_name)) continue;
    if (!is_known(name)) {
      refuse_foreign_folder(folder, "no run made it: it has no .actscope and holds " + name);
    }
    found.files.push_back(name);
  }
  if (!found.files.empty() && !is_report_of_a_run(folder / "report.json")) {
    refuse_foreign_folder(folder, "no run made it: it has neither .actscope nor a report of a run");
  }
  return found;
}

void clear_run_folder(const fs::path& folder) {
  remove_listed_files(folder, earlier_run(folder));
}

}  // namespace actscope::sweep
