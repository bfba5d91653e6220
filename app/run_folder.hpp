// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "actscope/base/file.hpp"

namespace actscope::app {

/// The output folder of a run, from the first look at it to the report. With an empty path every
/// call does nothing: the run is not written anywhere.
class RunFolder {
 public:
  RunFolder(std::filesystem::path path, ExistingFolder existing);

  /// Says whether the folder could be used, and changes nothing.
  /// Errors  EnvironmentError: no folder, not empty, or not writable
  void check() const;

  /// Makes the folder. With a document, a report lies in it from now on: what is found if the
  /// process is killed.
  /// Errors  EnvironmentError: as check; disk full. Folders made here are gone again then
  void start(const std::string& report_document = {});
  bool is_started() const noexcept { return is_started_; }

  /// Errors  EnvironmentError: not writable, disk full; the earlier report is still whole then
  void write_report(const std::string& document) const;

  void remove_checkpoint() const;

 private:
  std::filesystem::path path_;
  ExistingFolder existing_;
  bool is_started_ = false;
};

/// Whether a file can be made in `folder`, or in the nearest of its parents that exists.
/// Errors  EnvironmentError: not
void check_writable(const std::filesystem::path& folder, const std::string& what);

}  // namespace actscope::app
