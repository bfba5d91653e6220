// SPDX-License-Identifier: Apache-2.0
#include "process/process_start.hpp"

#include <sched.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "actscope/base/console.hpp"
#include "process/inherited_signals.hpp"

namespace actscope::app {
namespace {

constinit char** arguments = nullptr;
constinit bool are_cores_known = false;
constinit cpu_set_t cores{};

// The C library may not be initialized yet: no getenv, no allocation.
bool is_set(char** environment, const char* name) {
  const std::size_t length = std::strlen(name);
  for (char** entry = environment; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return true;
  }
  return false;
}

// Where the loader was started with the program's name as an argument, AT_BASE is 0 and the file of
// the process is the loader's.
bool is_loaded_by_kernel() {
  return ::getauxval(AT_BASE) != 0;
}

// Executes the program once more, with variables that let OpenMP's threads sleep soon.
void execute_again(char** argv, char** environment) {
  constexpr std::size_t most_variables = 16384;
  static char policy[] = "OMP_WAIT_POLICY=passive", spins[] = "GOMP_SPINCOUNT=1000";
  static char* more[most_variables + 3];
  std::size_t count = 0;
  for (char** entry = environment; *entry != nullptr; ++entry) {
    if (count == most_variables) return;
    more[count++] = *entry;
  }
  more[count++] = policy;
  more[count++] = spins;
  more[count] = nullptr;
  const unsigned long asked_for = ::getauxval(AT_EXECFN);
  if (asked_for != 0) ::execve(reinterpret_cast<const char*>(asked_for), argv, more);
  ::execve("/proc/self/exe", argv, more);
}

}  // namespace

void prepare_process(int /*argc*/, char** argv, char** environment) noexcept {
  if (arguments == nullptr) {
    are_cores_known = ::sched_getaffinity(0, sizeof(cores), &cores) == 0;
  }
  arguments = argv;
  hold_standard_files();
  const bool has_policy = is_set(environment, "OMP_WAIT_POLICY") ||
                          is_set(environment, "GOMP_SPINCOUNT") ||
                          is_set(environment, "KMP_BLOCKTIME");
  if (!has_policy && is_loaded_by_kernel()) execute_again(argv, environment);
  take_over_signals();
}

void restore_cores() noexcept {
  if (are_cores_known) (void)::sched_setaffinity(0, sizeof(cores), &cores);
}

char** program_arguments() noexcept {
  return arguments;
}

}  // namespace actscope::app
