// SPDX-License-Identifier: Apache-2.0
// Preloaded into the program: a handler for SIGALRM and a timer of 300 µs, as a profiler or a batch
// system would have. Ends the program with 99 where the handler runs on a thread that computes.
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace {

void note(int) {
  char name[16] = {};
  ::prctl(PR_GET_NAME, name);
  if (std::strcmp(name, "signals") != 0) ::_exit(99);
}

[[gnu::constructor]] void start() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGALRM, &action, nullptr);
  const itimerval timer{{0, 300}, {0, 300}};
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace
