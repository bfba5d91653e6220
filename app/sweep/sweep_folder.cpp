// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_folder.hpp"

#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/core/training/checkpoint_check.hpp"
#include "actscope/reports/config/document.hpp"
#include "actscope/reports/run/document.hpp"
#include "actscope/reports/sweep/document.hpp"
#include "sweep/earlier_sweep.hpp"
#include "sweep/run_files.hpp"

namespace actscope::sweep {
namespace fs = std::filesystem;
namespace {

// Whether a point that failed had been stopped before and has its checkpoint still: what it had
// computed is not the reason, its data were missing, for instance.
bool can_go_on(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(folder / core::checkpoint_name, code)) return false;
  const auto run = read_report(folder / "report.json");
  return run && run->status == RunStatus::interrupted;
}

void make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code) return;
  throw EnvironmentError(error_text("cannot make " + folder.string(), code.message(),
                                    "check permissions and the space left"));
}

void move_whole(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::rename(from, to, code);
  if (code) {
    throw EnvironmentError(error_text("cannot move " + from.string() + " to " + to.string(),
                                      code.message(), "check permissions and the space left"));
  }
}

}  // namespace

fs::path SweepFolder::config(const std::string& id) const {
  return path_ / "work" / (id + ".config.json");
}

bool SweepFolder::has_spec() const {
  std::error_code code;
  return fs::exists(path_ / "sweep_spec.json", code);
}

SweepSpec SweepFolder::read_spec() const {
  const fs::path file = path_ / "sweep_spec.json";
  if (!has_spec()) {
    throw DataError(error_text("no sweep in " + path_.string(), "it has no sweep_spec.json",
                               "name the --out folder of a sweep"));
  }
  return reports::read_sweep_spec(read_file(file, 1 << 20), file.string(), {});
}

void SweepFolder::create(const SweepSpec& spec, ExistingFolder existing,
                         const std::function<bool()>& wait) const {
  prepare_output_folder(path_, existing);
  if (existing == ExistingFolder::start_over) clear_sweep_folder(path_, *observer_, wait);
  write_manifest(path_, {std::string(sweep_kind), sweep_files()});
  for (const char* name : {"points", "work", "leases"}) make_folder(path_ / name);
  write_file_atomically(path_ / "sweep_spec.json", reports::write_sweep_spec(spec));
}

bool SweepFolder::has_ended(const std::string& id) const {
  std::error_code code;
  return fs::exists(point(id) / "state.json", code);
}

bool SweepFolder::is_under_way(const std::string& id) const {
  return observer_->may_be_held(lease(id)) || observer_->may_be_held(work(id) / folder_lease_name);
}

void SweepFolder::refresh(SweepPointRecord& point, const SweepPointRecord* known) const {
  if (!has_ended(point.id)) {
    if (point.status == PointStatus::skipped) return;
    point.status = is_under_way(point.id) ? PointStatus::running : PointStatus::pending;
    return;
  }
  if (known != nullptr && known->status == PointStatus::done && known->summary) {
    point = *known;
    return;
  }
  const fs::path file = this->point(point.id) / "report.json";
  std::error_code code;
  const bool has_report = fs::exists(file, code);
  point.report = has_report ? "points/" + point.id + "/report.json" : "";
  try {
    const auto state = read_point_state(read_file(this->point(point.id) / "state.json", 1 << 20));
    if (!state) throw DataError(error_text("its state.json is damaged"));
    point.status = state->status;
    point.reason = state->reason;
    point.elapsed_s = state->elapsed_s;
    point.tries = state->tries;
    if (point.status != PointStatus::done) return;
    const RunRecord run = reports::read_run_document(read_file(file), file.string());
    point.summary = run.summary;
    point.heldout_samples = run.heldout_samples;
  } catch (const Error& error) {
    point.status = PointStatus::failed;
    point.reason = error.what();
  }
}

void SweepFolder::publish(const std::string& id, const PointState& state) const {
  make_folder(work(id));
  write_file_atomically(work(id) / "state.json", write_point_state(state));
  std::error_code code;
  fs::rename(log(id), work(id) / "log.txt", code);
  fs::remove(work(id) / folder_lease_name, code);  // of a run that was killed
  sync_folder(work(id));
  if (has_ended(id)) {  // another worker was first: both results are the same
    clear_point_folder(work(id));
  } else {
    clear_point_folder(point(id));
    move_whole(work(id), point(id));
    sync_folder(path_ / "points");
    sync_folder(path_ / "work");
  }
  fs::remove(config(id), code);
}

void SweepFolder::reopen(const std::string& id) const {
  const fs::path old = path_ / "work" / (id + ".old");
  clear_point_folder(old);
  move_whole(point(id), old);  // by one rename: half a folder would be no ended point
  if (can_go_on(old)) {
    std::error_code code;
    for (const char* name : {"state.json", "log.txt"}) fs::remove(old / name, code);
    clear_point_folder(work(id));
    move_whole(old, work(id));
    return;
  }
  clear_point_folder(old);
}

void SweepFolder::write_document(const SweepRecord& record) const {
  write_file_atomically(document(), reports::write_sweep_document(record));
}

}  // namespace actscope::sweep
