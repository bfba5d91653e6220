// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/machine.hpp"

#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <string>

#include "actscope/base/build_facts.hpp"
#include "actscope/base/usable_cores.hpp"

namespace actscope {
namespace {

// The value of the first "key : value" line of a file, or of KEY=value.
std::string value_of(const char* path, const std::string& key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::string value = line.substr(line.find(separator) + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '"')) value.erase(0, 1);
    while (!value.empty() && value.back() == '"') value.pop_back();
    return value;
  }
  return {};
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

EnvironmentRecord describe_machine() {
  const BuildFacts& facts = build_facts();
  EnvironmentRecord record;
  record.program_version = facts.version;
  record.git_revision = facts.git_revision;
  record.compiler = facts.compiler;
  record.compiler_flags = facts.compiler_flags;
  record.build_type = facts.build_type;
  record.features = facts.features;
  record.libtorch_version = facts.libtorch_version;
  utsname system{};
  if (uname(&system) == 0) {
    record.host = system.nodename;
    record.os = value_of("/etc/os-release", "PRETTY_NAME", '=') + ", " + system.sysname + " " +
                system.release + " " + system.machine;
  }
  record.cpu = value_of("/proc/cpuinfo", "model name", ':');
  if (record.cpu.empty()) record.cpu = "unknown processor (/proc/cpuinfo names none)";
  record.cores = usable_cores().count;
  struct sysinfo memory {};
  if (sysinfo(&memory) == 0) {
    record.memory_bytes = static_cast<std::int64_t>(memory.totalram) * memory.mem_unit;
  }
  record.started_at = utc_now();
  record.pid = getpid();
  return record;
}

}  // namespace actscope
