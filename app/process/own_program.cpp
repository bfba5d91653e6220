// SPDX-License-Identifier: Apache-2.0
#include "process/own_program.hpp"

#include <sys/auxv.h>

#include <system_error>

#include "actscope/base/error.hpp"

namespace actscope::app {
namespace {

namespace fs = std::filesystem;

// As the system was asked for it, relative to where the process began.
fs::path asked_for() {
  const unsigned long text = ::getauxval(AT_EXECFN);
  return text == 0 ? fs::path() : fs::path(reinterpret_cast<const char*>(text));
}

}  // namespace

fs::path own_program() {
  std::error_code code;
  fs::path program = fs::canonical("/proc/self/exe", code);
  if (code) program = fs::canonical(asked_for(), code);
  if (!code) return program;
  throw EnvironmentError(error_text("cannot find the file of this program",
                                    "/proc is not mounted, or it was removed: " + code.message(),
                                    "mount /proc, or start it by its whole path"));
}

}  // namespace actscope::app
