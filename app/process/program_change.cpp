// SPDX-License-Identifier: Apache-2.0
#include "process/program_change.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "actscope/base/error.hpp"
#include "process/inherited_signals.hpp"
#include "process/own_program.hpp"
#include "process/process_start.hpp"

namespace actscope::app {
namespace {

// A profiler that was loaded beside the program starts its timer again in the next one; a timer
// without a handler is of somebody who wants the process to end by it.
void end_handled_timers() {
  struct TimerSignal {
    decltype(ITIMER_REAL) timer;
    int signal;
  };
  for (const auto& [timer, signal] :
       {TimerSignal{ITIMER_REAL, SIGALRM}, TimerSignal{ITIMER_VIRTUAL, SIGVTALRM},
        TimerSignal{ITIMER_PROF, SIGPROF}}) {
    struct sigaction action {};
    const bool is_known = ::sigaction(signal, nullptr, &action) == 0;
    if (!is_known || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
    const itimerval none{};
    ::setitimer(timer, &none, nullptr);
    ::signal(signal, SIG_IGN);  // one that is on its way
    ::signal(signal, SIG_DFL);
  }
}

}  // namespace

void become(const std::filesystem::path& program) {
  std::error_code code;
  if (std::filesystem::equivalent(program, own_program(), code)) {
    throw EnvironmentError(error_text("cannot start " + program.string(), "it is this program",
                                      "install actscope and actscope-engine again"));
  }
  end_handled_timers();
  restore_cores();
  restore_inherited_signals();
  ::execv(program.c_str(), program_arguments());
  const int why = errno;
  ::signal(SIGPIPE, SIG_IGN);  // the error can be told whoever reads it
  throw EnvironmentError(error_text("cannot start " + program.string(),
                                    std::generic_category().message(why),
                                    "it belongs beside actscope: install both"));
}

}  // namespace actscope::app
