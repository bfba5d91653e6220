// SPDX-License-Identifier: Apache-2.0
#include "sampled_libraries.hpp"

#include <sys/time.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <vector>

#include "kernels/shared_library.hpp"

namespace actscope::bench::test {
namespace {

constexpr std::size_t enough = 40;
std::array<std::atomic<void*>, 4 * enough> places;
std::atomic<std::size_t> taken{0};

void* place_in(const ucontext_t& context) {
#if defined(__x86_64__)
  return reinterpret_cast<void*>(context.uc_mcontext.gregs[REG_RIP]);
#else
  return reinterpret_cast<void*>(context.uc_mcontext.pc);
#endif
}

void on_tick(int, siginfo_t*, void* context) {
  const std::size_t at = taken.fetch_add(1);
  if (at < places.size()) places[at] = place_in(*static_cast<const ucontext_t*>(context));
}

// The handler's own stack: kernels in assembler use the stack pointer for other things.
class HandlerStack {
 public:
  HandlerStack() {
    stack_t own{};
    own.ss_sp = memory_.data();
    own.ss_size = memory_.size();
    sigaltstack(&own, &before_);
  }
  HandlerStack(const HandlerStack&) = delete;
  HandlerStack& operator=(const HandlerStack&) = delete;
  ~HandlerStack() { sigaltstack(&before_, nullptr); }

 private:
  std::vector<char> memory_ = std::vector<char>(std::size_t{1} << 18);
  stack_t before_{};
};

void set_timer(int microseconds) {
  itimerval timer{};
  timer.it_interval.tv_usec = timer.it_value.tv_usec = microseconds;
  setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

std::map<std::string, double> sampled_libraries(const std::function<void()>& work) {
  const HandlerStack stack;
  struct sigaction action {};
  struct sigaction before {};
  action.sa_sigaction = on_tick;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigaction(SIGPROF, &action, &before);
  taken = 0;
  set_timer(1000);
  while (taken < enough) work();
  set_timer(0);
  sigaction(SIGPROF, &before, nullptr);
  const std::size_t count = std::min<std::size_t>(taken, places.size());
  std::map<std::string, double> shares;
  for (std::size_t i = 0; i < count; ++i) {
    shares[file_of(places[i].load())] += 1.0 / static_cast<double>(count);
  }
  return shares;
}

}  // namespace actscope::bench::test
