// SPDX-License-Identifier: Apache-2.0
// The library is a guest: a program's own handlers and masks are as they were, during and after.
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <csignal>

#include "training_support.hpp"

namespace actscope::core {
namespace {

volatile std::sig_atomic_t interrupts = 0, alarms = 0;

void on_interrupt(int) {
  interrupts = interrupts + 1;
}
void on_alarm(int) {
  alarms = alarms + 1;
}

struct sigaction action_of(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action;
}

TEST(OwnSignals, TrainingLeavesHandlersAndMasksAlone) {
  const struct sigaction interrupt_before = action_of(SIGINT), alarm_before = action_of(SIGALRM);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGALRM, on_alarm);
  std::array<void (*)(int), 32> handlers{};
  for (int signal = 1; signal < 32; ++signal) handlers[signal] = action_of(signal).sa_handler;
  sigset_t mask_before, mask_after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask_before);
  int asked = 0;
  TrainingHooks hooks;
  hooks.stop_requested = [&] {
    ++asked;
    std::raise(SIGINT);
    std::raise(SIGALRM);
    return false;
  };
  RunConfig config = tiny_run("int4");
  config.trace = "ledger";
  EXPECT_EQ(train(config, hooks).status, RunStatus::completed);
  EXPECT_GT(asked, 0);
  EXPECT_EQ(interrupts, asked);
  EXPECT_EQ(alarms, asked);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask_after);
  for (int signal = 1; signal < 32; ++signal) {
    EXPECT_EQ(action_of(signal).sa_handler, handlers[signal]) << signal;
    EXPECT_EQ(::sigismember(&mask_after, signal), ::sigismember(&mask_before, signal)) << signal;
  }
  ::sigaction(SIGINT, &interrupt_before, nullptr);
  ::sigaction(SIGALRM, &alarm_before, nullptr);
}

}  // namespace
}  // namespace actscope::core
