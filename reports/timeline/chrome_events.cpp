// SPDX-License-Identifier: Apache-2.0
#include "timeline/chrome_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "timeline/sources.hpp"

namespace actscope::reports {
namespace {

using Field = ChromeField;

constexpr std::pair<std::string_view, Field> event_fields[] = {
    {"ph", Field::ph},   {"name", Field::name}, {"cat", Field::cat},
    {"pid", Field::pid}, {"tid", Field::tid},   {"ts", Field::ts},
    {"dur", Field::dur}, {"id", Field::id},     {"args", Field::args}};
constexpr std::pair<std::string_view, Field> argument_fields[] = {
    {"layer", Field::layer},
    {"phase", Field::phase},
    {"slot", Field::slot},
    {"step", Field::step},
    {"name", Field::text},
    {"sort_index", Field::order},
    {"labels", Field::labels},
    {"Bytes", Field::bytes},
    {"Total Allocated", Field::live},
    {"Device Type", Field::device_type},
    {"Device Id", Field::device}};

template <std::size_t count>
Field field_of(const std::pair<std::string_view, Field> (&fields)[count], std::string_view key,
               Field otherwise) {
  for (const auto& [name, field] : fields) {
    if (name == key) return field;
  }
  return otherwise;
}

// What kineto's names say of step and phase.
TimelinePlace told_by_name(std::string_view name) {
  constexpr std::string_view step = "ProfilerStep#";
  TimelinePlace place;
  if (name.starts_with(step)) {
    std::from_chars(name.data() + step.size(), name.data() + name.size(), place.step);
  } else if (name.starts_with("autograd::engine::evaluate_function")) {
    place.phase = Phase::backward;
  } else if (name.starts_with("Optimizer.step#")) {
    place.phase = Phase::optimizer;
  }
  return place;
}

}  // namespace

ChromeField event_field(std::string_view key) {
  return field_of(event_fields, key, Field::none);
}

ChromeField argument_field(std::string_view key) {
  return field_of(argument_fields, key, Field::other);
}

void ChromeEvents::set_time(ChromeField field, std::int64_t ns) {
  (field == Field::ts ? now_.ts_ns : now_.dur_ns) = ns;
  now_.has_time = now_.has_time || field == Field::ts;
}

void ChromeEvents::set_whole(ChromeField field, std::int64_t value, const std::string& key) {
  switch (field) {
    case Field::pid:
      now_.pid = value;
      break;
    case Field::tid:
      now_.tid = value;
      break;
    case Field::id:
      now_.id = builder_.name(std::to_string(value));
      break;
    case Field::step:
      now_.step = static_cast<std::int32_t>(
          std::clamp<std::int64_t>(value, -1, std::numeric_limits<std::int32_t>::max()));
      break;
    case Field::order:
      now_.order = value;
      break;
    case Field::bytes:
      now_.bytes = value;
      break;
    case Field::live:
      now_.live_bytes = value;
      break;
    case Field::device_type:
      now_.device_type = value;
      break;
    case Field::device:
      now_.device = value;
      break;
    default:
      break;
  }
  if (field >= Field::layer) set_number(field, static_cast<double>(value), key);
}

void ChromeEvents::set_number(ChromeField field, double value, const std::string& key) {
  constexpr std::size_t most = 16;
  if (field < Field::layer || !is_counting() || counted_ == most) return;
  if (counted_ == values_.size()) values_.emplace_back();
  values_[counted_++] = {key, value};
}

void ChromeEvents::set_text(ChromeField field, std::string_view text) {
  // A number that no true process or thread has; texts are few.
  const auto number = [&] {
    return std::numeric_limits<std::int64_t>::min() + std::int64_t{builder_.name(text)};
  };
  switch (field) {
    case Field::ph:
      now_.ph = text.empty() ? '\0' : text[0];
      break;
    case Field::name:
      now_.name = builder_.name(text);
      break;
    case Field::cat:
      now_.cat = builder_.name(text);
      break;
    case Field::pid:
      now_.pid = number();
      break;
    case Field::tid:
      now_.tid = number();
      break;
    case Field::id:
      now_.id = builder_.name(text);
      break;
    case Field::layer:
      now_.layer = builder_.name(text);
      break;
    case Field::slot:
      now_.slot = builder_.name(text);
      break;
    case Field::phase:
      now_.phase = phase_named(text);
      break;
    case Field::text:
    case Field::labels:
      now_.text = builder_.name(text);
      break;
    default:
      break;
  }
}

ChromeEvents::Thread& ChromeEvents::thread() {
  const ThreadKey key(now_.pid, now_.tid);
  if (last_ != nullptr && key == last_key_) return *last_;
  const auto [entry, is_new] = threads_.try_emplace(key);
  Thread& found = entry->second;
  if (is_new) {
    const auto text_of = [&](std::int64_t number) {
      constexpr auto least = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::min());
      const std::uint64_t name = static_cast<std::uint64_t>(number) - least;
      return number < 0 && name < 0xFFFFFFFF ? builder_.text(static_cast<std::uint32_t>(name))
                                             : std::to_string(number);
    };
    found.pid = now_.pid;
    found.order = now_.tid < 0 ? 0 : now_.tid;
    found.name = "thread " + text_of(now_.tid);
    if (now_.tid < 0) found.name = text_of(now_.tid);
    found.lane = builder_.lane({}, LaneKind::other, {0, 0});
    found.list = builder_.lane_list({found.lane});
  }
  last_key_ = key;
  last_ = &found;  // entries of the map stay where they are
  return found;
}

std::uint32_t ChromeEvents::place() {
  if (now_.layer == 0 && now_.slot == 0 && now_.step < 0 && now_.phase == Phase::other) {
    const std::string name = builder_.text(now_.name);
    constexpr std::string_view module = "nn.Module: ";
    if (name.starts_with(module)) now_.layer = builder_.name(name.substr(module.size()));
    const TimelinePlace told = told_by_name(name);
    now_.step = told.step;
    now_.phase = told.phase;
  }
  return builder_.place({now_.layer, now_.slot, now_.step, now_.phase});
}

void ChromeEvents::take_slice(std::int64_t begin_ns, std::int64_t duration_ns) {
  Thread& at = thread();
  const std::uint32_t where = place();
  builder_.slice(at.lane, begin_ns, duration_ns, now_.name, where);
  const std::string& cat = builder_.text(now_.cat);
  if (cat == "kernel" || cat == "gpu_memcpy" || cat == "gpu_memset") at.is_device = true;
  const bool is_step = now_.step >= 0 && builder_.text(now_.name).starts_with("ProfilerStep#");
  // The device's copy of a step's annotation says when its kernels ran: not the step.
  if (is_step && cat != "gpu_user_annotation") {
    builder_.step(now_.step, begin_ns, begin_ns + duration_ns);
  }
}

void ChromeEvents::take_counter() {
  for (std::size_t i = 0; i < counted_; ++i) {
    const auto& [key, value] = values_[i];
    const std::string& name = builder_.text(now_.name);
    const bool is_bytes = key == "bytes" || key == "Bytes";
    const bool is_only = counted_ == 1;
    const std::uint32_t counter = builder_.counter(is_only ? name : name + ", " + key, is_bytes);
    builder_.value(counter, now_.ts_ns, value);
  }
}

// Kineto's "[memory]": bytes, and what is live on the device afterwards.
void ChromeEvents::take_allocation() {
  builder_.allocation(thread().list, now_.ts_ns, now_.bytes);
  if (now_.live_bytes < 0) return;
  const std::string name =
      now_.device_type == 0 ? "live_bytes" : fmt::format("live_bytes, device {}", now_.device);
  builder_.value(builder_.counter(name, true), now_.ts_ns, static_cast<double>(now_.live_bytes));
}

void ChromeEvents::take_meta() {
  const std::string& kind = builder_.text(now_.name);
  const std::string& text = builder_.text(now_.text);
  if (kind == "thread_name") {
    thread().name = text;
  } else if (kind == "thread_sort_index") {
    thread().order = now_.order;
  } else if (kind == "process_labels" || kind == "process_name") {
    auto& name = processes_[now_.pid].first;
    if (kind == "process_labels" || name.empty()) name = text;
  } else if (kind == "process_sort_index") {
    processes_[now_.pid].second = now_.order;
  }
}

void ChromeEvents::end() {
  const std::size_t counted = counted_;
  switch (now_.ph) {
    case 'X':
      take_slice(now_.ts_ns, now_.dur_ns);
      break;
    case 'B':
      thread().open.push_back({now_.ts_ns, now_.name, place()});
      break;
    case 'E': {
      std::vector<Open>& open = thread().open;
      if (open.empty()) {
        builder_.leave_out();
        break;
      }
      const Open begun = open.back();
      open.pop_back();
      builder_.slice(thread().lane, begun.begin_ns, now_.ts_ns - begun.begin_ns, begun.name,
                     begun.place);
      const TimelinePlace place = builder_.place_at(begun.place);
      if (place.step >= 0 && open.empty() && place.layer == 0 && place.phase == Phase::other) {
        // Ours: the lane of steps, whose name may come later, has nothing but a step in its place.
        steps_.push_back({thread().lane, place.step, begun.begin_ns, now_.ts_ns});
      }
      break;
    }
    case 'C':
      if (counted > 0) take_counter();
      break;
    case 'i':
    case 'I':
      if (now_.bytes != 0 || now_.live_bytes >= 0) {
        take_allocation();
      } else {
        take_slice(now_.ts_ns, 0);
      }
      break;
    case 's':
    case 'f':
      builder_.arrow_end((std::uint64_t{now_.cat} << 32U) | now_.id, now_.ph == 's', thread().lane,
                         now_.ts_ns);
      break;
    case 'M':
      take_meta();
      break;
    default:
      break;
  }
  counted_ = 0;
}

void ChromeEvents::finish() {
  for (auto& [key, thread] : threads_) {
    builder_.leave_out(static_cast<std::int64_t>(thread.open.size()));
    const auto process = processes_.find(thread.pid);
    const bool has_process = process != processes_.end();
    const std::string of = processes_.size() > 1 && has_process && !process->second.first.empty()
                               ? ", " + process->second.first
                               : std::string();
    TimelineLane& lane = builder_.lane_at(thread.lane);
    lane.name = thread.name + of;
    lane.kind = thread.is_device ? LaneKind::device : lane_kind_of(thread.name);
    const double process_order = has_process ? static_cast<double>(process->second.second) : 0;
    builder_.set_rank(thread.lane,
                      {process_order * 1e6 + static_cast<double>(thread.is_device) * 1e12 +
                           static_cast<double>(thread.pid < 0 ? 0 : thread.pid % 1'000'000),
                       static_cast<double>(thread.order)});
  }
  for (const Step& step : steps_) {
    if (builder_.lane_at(step.lane).kind == LaneKind::steps) {
      builder_.step(step.step, step.begin_ns, step.end_ns);
    }
  }
}

}  // namespace actscope::reports
