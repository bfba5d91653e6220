// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <unistd.h>

#include "command.hpp"
#include "process/process_start.hpp"
#include "process/signal_thread.hpp"

namespace {

// The loader calls what stands here before the constructors of every library.
[[gnu::section(".preinit_array"),
  gnu::used]] void (*const before_libraries)(int, char**, char**) = actscope::app::prepare_process;

}  // namespace

int main(int argc, char** argv) {
  ::prctl(PR_SET_NAME, "actscope");  // the engine, too: who looks for the program by name finds it
  actscope::app::prepare_process(argc, argv, environ);
  actscope::app::start_signal_thread();
  return actscope::app::run_program(argc, argv);
}
