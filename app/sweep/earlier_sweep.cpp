// SPDX-License-Identifier: Apache-2.0
#include "sweep/earlier_sweep.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "actscope/base/atomic_file.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/base/folder_manifest.hpp"
#include "actscope/reports/config/document.hpp"
#include "sweep/point.hpp"
#include "sweep/run_files.hpp"

namespace actscope::sweep {
namespace fs = std::filesystem;
namespace {

constexpr std::array<std::string_view, 3> own_folders{"points", "work", "leases"};
constexpr std::array<std::string_view, 2> scheduler_files{"state.json", "log.txt"};

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

bool is_one_of(std::string_view name, const auto& names) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

// A folder from before manifests: a specification of a sweep, and no names but a sweep's.
void require_sweep(const fs::path& folder) {
  if (const auto manifest = read_manifest(folder)) {
    if (manifest->kind == sweep_kind) return;
    refuse_foreign_folder(folder, "its .actscope says that it holds a " + manifest->kind);
  }
  const std::vector<std::string> files = sweep_files();
  for (const std::string& name : names_in(folder)) {
    if (is_one_of(name, files) || is_one_of(name, own_folders)) continue;
    if (name.starts_with(folder_lease_name)) continue;
    if (is_temporary_name(name, manifest_name)) continue;
    refuse_foreign_folder(folder, "no sweep made it: it has no .actscope and holds " + name);
  }
  const fs::path spec = folder / "sweep_spec.json";
  try {
    (void)reports::read_sweep_spec(read_file(spec, 1 << 20), spec.string(), {});
  } catch (const Error&) {
    refuse_foreign_folder(folder, "no sweep made it: it has neither .actscope nor sweep_spec.json");
  }
}

void require_at_rest(const fs::path& folder, LeaseObserver& observer,
                     const std::function<bool()>& wait) {
  std::vector<fs::path> leases;
  for (const std::string& name : names_in(folder / "leases")) {
    if (is_point_id(name)) leases.push_back(folder / "leases" / name);
  }
  for (const std::string& name : names_in(folder / "work")) {
    if (is_point_id(name)) leases.push_back(folder / "work" / name / folder_lease_name);
  }
  for (const fs::path& lease : leases) {
    LeaseState state = observer.look(lease);
    while (state == LeaseState::unknown && wait()) state = observer.look(lease);
    if (state == LeaseState::none || state == LeaseState::dead) continue;
    const auto holder = LeaseObserver::holder(lease);
    throw EnvironmentError(error_text(
        "cannot start over in " + folder.string(),
        "a sweep works in it: " + (holder ? holder->text() : "its lease does not say who"),
        "wait for its end, stop it, or name another folder"));
  }
}

// Files of the folder itself; a name that is a folder's is none of ours.
void remove_files(const fs::path& folder, const auto& is_ours) {
  for (const std::string& name : names_in(folder)) {
    std::error_code code;
    const fs::path file = folder / name;
    if (!is_ours(name) || fs::is_directory(fs::symlink_status(file, code))) continue;
    fs::remove(file, code);
    if (!code) continue;
    throw EnvironmentError(error_text("cannot remove " + file.string(), code.message(),
                                      "check the folder, or name another"));
  }
}

}  // namespace

std::vector<std::string> sweep_files() {
  return {"sweep.json", "sweep_spec.json", "index.html"};
}

void clear_point_folder(const fs::path& folder) {
  std::error_code code;
  if (!fs::exists(fs::symlink_status(folder, code))) return;
  remove_files(folder, [](const std::string& name) {
    return is_one_of(name, scheduler_files) || name.starts_with(folder_lease_name) ||
           std::ranges::any_of(scheduler_files,
                               [&](auto file) { return is_temporary_name(name, file); });
  });
  if (!is_unused_folder(folder)) clear_run_folder(folder);
  fs::remove(folder, code);  // only while empty
}

void clear_sweep_folder(const fs::path& folder, LeaseObserver& observer,
                        const std::function<bool()>& wait) {
  if (is_unused_folder(folder)) return;
  require_sweep(folder);
  require_at_rest(folder, observer, wait);
  std::error_code code;
  for (const char* name : {"points", "work"}) {
    for (const std::string& id : names_in(folder / name)) {
      const fs::path point = folder / name / id;
      const bool is_put_aside = id.ends_with(".old");
      if (!is_point_id(is_put_aside ? id.substr(0, id.size() - 4) : id)) continue;
      if (fs::is_directory(fs::symlink_status(point, code))) clear_point_folder(point);
    }
  }
  remove_files(folder / "work", [](const std::string& name) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos || !is_point_id(name.substr(0, dot))) return false;
    const std::string rest = name.substr(dot);
    return rest == ".log" || rest.starts_with(".config.json");
  });
  remove_files(folder / "leases",
               [](const std::string& name) { return is_point_id(name.substr(0, name.find('.'))); });
  for (const std::string_view name : own_folders) fs::remove(folder / name, code);  // while empty
  const std::vector<std::string> files = sweep_files();
  remove_listed_files(folder, read_manifest(folder).value_or(FolderManifest{"", files}));
}

}  // namespace actscope::sweep
