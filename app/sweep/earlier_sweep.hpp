// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/lease.hpp"

namespace actscope::sweep {

inline constexpr std::string_view sweep_kind = "sweep";

/// The names of the files that a sweep writes into its own folder, those of its points aside.
std::vector<std::string> sweep_files();

/// Removes what an earlier sweep has written into `folder`: its files, those of its points, and the
/// folders that are empty then. What others put there stays. Does nothing in an unused folder.
/// `wait` is called while a point may be under way, between looks; returns whether to go on.
/// Errors  EnvironmentError: no sweep made the folder; a point is under way; a file cannot be
///         removed
void clear_sweep_folder(const std::filesystem::path& folder, LeaseObserver& observer,
                        const std::function<bool()>& wait);

/// Removes what a run and its scheduler have written into the folder of a point, and the folder if
/// it is empty then. Nothing where there is no such folder.
/// Errors  EnvironmentError: it is not the folder of a point; a file cannot be removed
void clear_point_folder(const std::filesystem::path& folder);

}  // namespace actscope::sweep
