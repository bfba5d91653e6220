// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "actscope/reports/history/history.hpp"

namespace actscope::reports {

/// The reports below a folder.
struct HistoryFolder {
  std::vector<HistoryEntry> entries;
  std::vector<HistoryProblem> unreadable;  ///< files and folders, by path
  std::int64_t other_files = 0;            ///< valid JSON that has no figures over time
  std::int64_t links = 0;                  ///< to folders, which are not followed
};

/// Reads every *.json below `folder`, however deep, in the order of paths. Links to folders are not
/// followed; of two links to one file the first counts. A verdict of a gate takes date and revision
/// of the one run in its folder. Sources are paths from `folder`.
///
/// Errors  DataError: `folder` is not there, is none, or cannot be opened. What is below it and
///         cannot be read is listed
HistoryFolder read_history_folder(const std::filesystem::path& folder,
                                  std::span<const std::string> metrics);

/// The history of what was read, with the lists of files that are not in it.
History history_of_folder(HistoryFolder folder, const std::string& name,
                          const HistoryOptions& options);

}  // namespace actscope::reports
