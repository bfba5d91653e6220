// SPDX-License-Identifier: Apache-2.0
#include "perf_event_reader.hpp"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace actscope::tracer {
namespace {

std::string refusal(int error) {
  return "perf_event_open: " + std::generic_category().message(error);
}

// Says which setting forbids the counters and what would allow them.
std::string forbidden(int error, std::optional<int> paranoid) {
  const std::string level =
      paranoid ? "kernel.perf_event_paranoid is " + std::to_string(*paranoid) : refusal(error);
  if (paranoid && *paranoid <= 2) {
    return level + ", but " + refusal(error) +
           "; a container's seccomp profile may forbid it: allow perf_event_open there";
  }
  return level + "; sysctl kernel.perf_event_paranoid=2, or the capability CAP_PERFMON, allows it";
}

std::string why_none(int error, const PerfEventApi& api) {
  switch (error) {
    case ENOENT:
      return "the processor shows no counters (" + refusal(error) +
             "); a virtual machine shows them where its host passes them on";
    case EACCES:
    case EPERM:
      return "counters are not permitted (" + forbidden(error, api.paranoid()) + ")";
    case EMFILE:
    case ENFILE:
      return "no descriptors are left (" + refusal(error) + "); raise ulimit -n";
    case ENOSYS:
      return "the kernel has no counters (" + refusal(error) + ")";
    default:
      return "the counters do not answer (" + refusal(error) + ")";
  }
}

}  // namespace

PerfEventReader::PerfEventReader(PerfEventApi api)
    : api_(std::make_shared<const PerfEventApi>(std::move(api))),
      is_usable_(PerfEventGroup::open(api_, errors_) != nullptr) {}

std::string PerfEventReader::reason() const {
  if (!is_usable_) return why_none(errors_[0], *api_);
  std::string reason;
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    if (errors_[i] == 0) continue;
    reason += (reason.empty() ? "no " : ", no ") +
              std::string(name_of(static_cast<HardwareCounter>(i))) + " (" + refusal(errors_[i]) +
              ")";
  }
  const std::scoped_lock lock(mutex_);
  if (thread_error_ == 0) return reason;
  return reason + (reason.empty() ? "" : "; ") +
         "not on every thread: " + why_none(thread_error_, *api_);
}

// A thread that lacks a counter which the others have gets none: sums would mix the two.
std::unique_ptr<ThreadCounters> PerfEventReader::open() noexcept {
  if (!is_usable_) return nullptr;
  int error = 0;
  try {
    PerfEventGroup::Errors errors{};
    std::unique_ptr<PerfEventGroup> group = PerfEventGroup::open(api_, errors);
    for (std::size_t i = 0; i < errors.size() && error == 0; ++i) {
      if (errors_[i] == 0) error = errors[i];
    }
    if (error == 0) return group;
  } catch (const std::bad_alloc&) {
    error = ENOMEM;
  }
  const std::scoped_lock lock(mutex_);
  if (thread_error_ == 0) thread_error_ = error;
  return nullptr;
}

std::shared_ptr<CounterReader> open_counter_reader() {
  return std::make_shared<PerfEventReader>(perf_event_api());
}

bool are_counters_usable() {
  return !open_counter_reader()->source().empty();
}

std::string describe_counters() {
  const std::shared_ptr<CounterReader> reader = open_counter_reader();
  std::string text;
  for (const auto counter :
       {HardwareCounter::cycles, HardwareCounter::instructions, HardwareCounter::llc_misses}) {
    if (reader->has(counter)) text += (text.empty() ? "" : ", ") + std::string(name_of(counter));
  }
  const std::string reason = reader->reason();
  if (text.empty() || reason.empty()) return text + reason;
  return text + "; " + reason;
}

}  // namespace actscope::tracer
