// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace actscope {

/// Names a process so that another one, also in a container or on another host, can tell whether it
/// is still the same. What the system does not say is empty or 0.
struct ProcessIdentity {
  std::string host;           ///< for people: two hosts may have one name
  std::string boot;           ///< of the running kernel
  std::string namespaces;     ///< of process numbers and boot time, which pid and started refer to
  std::int64_t pid = 0;       ///< in that namespace
  std::uint64_t started = 0;  ///< in clock ticks since boot; 0: unknown

  bool operator==(const ProcessIdentity&) const = default;
};

/// This process as it is known to itself.
ProcessIdentity this_process();

enum class ProcessState { alive, dead, unknown };

/// Whether `other` runs, as far as `self` can see: only processes of the same boot and the same
/// namespaces can be asked about, and a number counts only together with its start.
/// Requires `self` is this process, or a test's
ProcessState state_of(const ProcessIdentity& other, const ProcessIdentity& self);

}  // namespace actscope
