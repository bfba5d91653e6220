// SPDX-License-Identifier: Apache-2.0
#include "run/run_folder.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "actscope/base/error.hpp"
#include "actscope/core/training/checkpoint_check.hpp"
#include "output_files.hpp"
#include "sweep/run_files.hpp"

namespace actscope::app {
namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path, ExistingFolder existing, const std::string& trace,
                     std::function<bool()> wait)
    : path_(std::move(path)),
      existing_(existing),
      files_(sweep::run_files(trace)),
      wait_(std::move(wait)) {}

void RunFolder::check() {
  if (path_.empty()) return;
  std::error_code code;
  const bool is_used = fs::exists(path_, code) && !is_unused_folder(path_);
  if (is_used && existing_ == ExistingFolder::refuse_unless_empty) {
    prepare_output_folder(path_, existing_);  // raises, with the words of every other refusal
  }
  check_writable(path_, "the output folder " + path_.string());
  if (!is_used) return;
  if (existing_ == ExistingFolder::start_over) (void)sweep::earlier_run(path_);  // raises
  hold();
}

void RunFolder::hold() {
  if (lease_) return;
  LeaseObserver observer;
  lease_ = std::make_unique<KeptLease>(
      Lease::take(path_ / folder_lease_name, observer, "another run", wait_));
}

void RunFolder::start(const std::string& report_document) {
  if (path_.empty()) return;
  const std::vector<fs::path> made = missing_folders(path_);
  try {
    prepare_output_folder(path_, existing_);
    hold();
    prepare_output_folder(path_, existing_);  // nobody has come between
    write_first_files(report_document);
  } catch (...) {
    std::error_code code;
    if (lease_ && !made.empty()) fs::remove(path_ / manifest_name, code);
    lease_.reset();
    for (const fs::path& folder : made) fs::remove(folder, code);  // only while empty
    throw;
  }
  is_started_ = true;
}

void RunFolder::write_first_files(const std::string& report_document) {
  std::vector<std::string> files = files_;
  std::error_code code;
  if (existing_ == ExistingFolder::start_over) {
    sweep::clear_run_folder(path_);
    for (const std::string& name : files_) {
      if (!fs::exists(fs::symlink_status(path_ / name, code))) continue;
      sweep::refuse_foreign_folder(path_, name + " is in the way, and no run has written it");
    }
  } else if (const auto earlier = read_manifest(path_)) {
    for (const std::string& name : earlier->files) {
      if (std::ranges::find(files, name) == files.end()) files.push_back(name);
    }
  }
  write_manifest(path_, {std::string(sweep::run_kind), files});
  if (!report_document.empty()) write_report(report_document);
}

void RunFolder::require_held() const {
  if (!lease_ || !lease_->is_lost()) return;
  throw EnvironmentError(
      error_text("the run in " + path_.string() + " ends, and writes nothing more",
                 "another process took this one for dead and works there now",
                 "do not halt a run for longer than a minute"));
}

void RunFolder::write_report(const std::string& document) const {
  if (path_.empty()) return;
  require_held();
  write_file_atomically(path_ / "report.json", document);
}

void RunFolder::remove_checkpoint() const {
  std::error_code code;
  if (!path_.empty()) fs::remove(path_ / core::checkpoint_name, code);
}

}  // namespace actscope::app
