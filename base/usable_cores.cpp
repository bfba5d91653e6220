// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/usable_cores.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>
#include <vector>

namespace actscope {
namespace {

namespace fs = std::filesystem;

// Not the cores that are online: a container, taskset or a batch system may withhold some.
std::int64_t cores_by_affinity() {
  for (std::size_t most = 1024; most <= (std::size_t{1} << 20U); most *= 2) {
    cpu_set_t* set = CPU_ALLOC(most);
    if (set == nullptr) break;
    const std::size_t bytes = CPU_ALLOC_SIZE(most);
    const int failed = ::sched_getaffinity(0, bytes, set);
    const int why = errno;
    const std::int64_t count = failed == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return count;
    if (failed == 0 || why != EINVAL) break;  // EINVAL: the kernel counts more cores than that
  }
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

bool has_word(const std::string& list, std::string_view word) {
  std::istringstream words(list);
  for (std::string one; std::getline(words, one, ',');) {
    if (one == word) return true;
  }
  return false;
}

// Blanks in the paths of mountinfo are written \040.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto is_octal = [&](std::size_t i) {
      return i < text.size() && text[i] >= '0' && text[i] <= '7';
    };
    if (text[at] == '\\' && is_octal(at + 1) && is_octal(at + 2) && is_octal(at + 3)) {
      plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                 (text[at + 3] - '0'));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

struct Mount {
  std::string group;  // the control group that is seen at `point`
  fs::path point;
  bool is_unified = false;  // version 2
};

// Where the control-group hierarchies that can limit processor time are mounted.
std::vector<Mount> mounts(const fs::path& root) {
  std::vector<Mount> found;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    std::istringstream before(line.substr(0, separator)), behind(line.substr(separator + 3));
    std::string number, parent, device, group, point, type, source, options;
    before >> number >> parent >> device >> group >> point;
    behind >> type >> source >> options;
    const bool is_unified = type == "cgroup2";
    if (!is_unified && !(type == "cgroup" && has_word(options, "cpu"))) continue;
    found.push_back(
        {unescaped(group), root / fs::path(unescaped(point)).relative_path(), is_unified});
  }
  return found;
}

// The process's own group in a hierarchy.
std::string own_group(const fs::path& root, bool is_unified) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (is_unified ? controllers.empty() : has_word(controllers, "cpu")) {
      return line.substr(second + 1);
    }
  }
  return "/";
}

// The folder of a group. The mounted part of the hierarchy may begin below its root, or beside the
// group.
fs::path folder_of(const Mount& mount, const std::string& group) {
  std::string below = group;
  if (mount.group != "/") {
    const bool is_within = group == mount.group || group.starts_with(mount.group + "/");
    below = is_within ? group.substr(mount.group.size()) : "";
  }
  if (below.find("..") != std::string::npos) below.clear();
  const fs::path relative = fs::path(below).relative_path().lexically_normal();
  return relative.empty() ? mount.point : mount.point / relative;
}

struct Quota {
  double cores = 0;
  fs::path file;
};

std::optional<Quota> quota_in(const fs::path& folder, bool is_unified) {
  double quota = 0, period = 0;
  const fs::path file = folder / (is_unified ? "cpu.max" : "cpu.cfs_quota_us");
  if (is_unified) {
    std::ifstream stream(file);
    if (!(stream >> quota >> period)) return std::nullopt;  // "max": none
  } else {
    std::ifstream stream(file), other(folder / "cpu.cfs_period_us");
    if (!(stream >> quota) || !(other >> period)) return std::nullopt;  // -1: none
  }
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return Quota{quota / period, file};
}

// The least quota of the group and of those above it.
std::optional<Quota> least_quota(const fs::path& root) {
  std::optional<Quota> least;
  for (const Mount& mount : mounts(root)) {
    fs::path folder = folder_of(mount, own_group(root, mount.is_unified));
    while (true) {
      const std::optional<Quota> quota = quota_in(folder, mount.is_unified);
      if (quota && (!least || quota->cores < least->cores)) least = quota;
      if (folder == mount.point || !folder.has_relative_path()) break;
      folder = folder.parent_path();
    }
  }
  return least;
}

}  // namespace

UsableCores usable_cores(const fs::path& root) {
  UsableCores cores;
  cores.count = cores.by_affinity = cores_by_affinity();
  if (const std::optional<Quota> quota = least_quota(root)) {
    cores.by_quota = quota->cores;
    cores.quota_file = quota->file;
    const auto whole = static_cast<std::int64_t>(std::min(quota->cores + 1e-6, 1e9));
    cores.count = std::clamp<std::int64_t>(whole, 1, cores.by_affinity);
  }
  return cores;
}

std::string describe(const UsableCores& cores) {
  const std::string count = fmt::format("{} core{}", cores.count, cores.count == 1 ? "" : "s");
  if (!cores.by_quota) return count;
  return fmt::format("{} [of {}, with a CPU quota of {:.3g} in {}]", count, cores.by_affinity,
                     *cores.by_quota, cores.quota_file.string());
}

}  // namespace actscope
