// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actscope/base/file.hpp"
#include "actscope/base/lease.hpp"
#include "actscope/base/sweep_record.hpp"
#include "actscope/base/sweep_spec.hpp"
#include "sweep/point_state.hpp"

namespace actscope::sweep {

/// The files of a sweep.
///
///     sweep.json        the actscope.sweep document, written anew as points end
///     sweep_spec.json   what was asked for (actscope.config)
///     points/ID/        a point that ended: report.json, state.json, log.txt
///     work/ID/          a point under way or stopped, with its checkpoint
///     work/ID.log, work/ID.config.json, leases/ID
///     .actscope         the manifest: says that the folder is a sweep's
///
/// A point has ended when its folder is below points/: it is moved there whole, by one rename, and
/// nothing else decides it.
class SweepFolder {
 public:
  explicit SweepFolder(std::filesystem::path path)
      : path_(std::move(path)), observer_(std::make_shared<LeaseObserver>()) {}

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path document() const { return path_ / "sweep.json"; }
  std::filesystem::path page() const { return path_ / "index.html"; }
  std::filesystem::path work(const std::string& id) const { return path_ / "work" / id; }
  std::filesystem::path log(const std::string& id) const { return path_ / "work" / (id + ".log"); }
  std::filesystem::path config(const std::string& id) const;
  std::filesystem::path lease(const std::string& id) const { return path_ / "leases" / id; }
  std::filesystem::path point(const std::string& id) const { return path_ / "points" / id; }
  /// Watches the leases below; shared by copies of this.
  LeaseObserver& observer() const noexcept { return *observer_; }

  bool has_spec() const;
  /// Errors  DataError: no sweep lies here; ReportFormatError: its specification is damaged
  SweepSpec read_spec() const;

  /// Makes the folder and keeps the specification; start_over removes an earlier sweep's files and
  /// nothing else. `wait` is called while another process may work there, between looks; returns
  /// whether to go on looking.
  /// Errors  EnvironmentError: not empty, not writable, disk full; start_over: no sweep made the
  ///         folder, or a point of it is under way
  void create(
      const SweepSpec& spec, ExistingFolder existing,
      const std::function<bool()>& wait = [] { return false; }) const;

  bool has_ended(const std::string& id) const;
  /// Whether a scheduler, or a run that one has left behind, may be at a point.
  bool is_under_way(const std::string& id) const;

  /// Sets status, reason, report and summary from what lies on the disk. `known` may hold what was
  /// read earlier: the report of a done point is not read twice.
  void refresh(SweepPointRecord& point, const SweepPointRecord* known = nullptr) const;

  /// Moves a point that ended from work/ to points/ with its state and log.
  /// Errors  EnvironmentError: disk full
  void publish(const std::string& id, const PointState& state) const;

  /// Forgets the end of a failed point, so that it runs again.
  void reopen(const std::string& id) const;

  /// Errors  EnvironmentError: disk full
  void write_document(const SweepRecord& record) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<LeaseObserver> observer_;
};

}  // namespace actscope::sweep
