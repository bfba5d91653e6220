// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actscope/base/file.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/base/kept_lease.hpp"

namespace actscope::app {

/// The output folder of a run, from the first look at it to the report. With an empty path every
/// call does nothing: the run is not written anywhere.
///
/// While a run works in a folder it holds a lease there, so that no other one does. What a run
/// writes stands in the folder's manifest; starting over removes that and nothing else.
class RunFolder {
 public:
  /// `trace` is the level of the run, which says what it writes. `wait` is called while another
  /// process may hold the folder, between looks; returns whether to go on looking.
  RunFolder(
      std::filesystem::path path, ExistingFolder existing, const std::string& trace = "off",
      std::function<bool()> wait = [] { return false; });

  /// Says whether the folder could be used, and changes nothing. One that is there to be continued
  /// or started over is held from now on.
  /// Errors  EnvironmentError: no folder, not empty, not writable; of another kind or not ours
  ///         (start_over); another process works in it
  void check();

  /// Makes the folder, or clears it of the earlier run. With a document, a report lies in it from
  /// now on: what is found if the process is killed.
  /// Errors  EnvironmentError: as check; disk full. Folders made here are gone again then
  void start(const std::string& report_document = {});
  bool is_started() const noexcept { return is_started_; }
  /// Errors  EnvironmentError: another process took this one for dead and works in the folder now
  void require_held() const;

  /// Errors  EnvironmentError: not writable, disk full; the earlier report is still whole then.
  ///         The folder is lost
  void write_report(const std::string& document) const;

  void remove_checkpoint() const;

 private:
  void hold();
  void write_first_files(const std::string& report_document);

  std::filesystem::path path_;
  ExistingFolder existing_;
  std::vector<std::string> files_;  ///< that this run may write
  std::function<bool()> wait_;
  std::unique_ptr<KeptLease> lease_;
  bool is_started_ = false;
};

}  // namespace actscope::app
