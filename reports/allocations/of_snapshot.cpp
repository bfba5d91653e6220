// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <utility>

#include "allocations/building.hpp"
#include "allocations/sources.hpp"

namespace actscope::reports {
namespace {

// What a frame says of the moment; the later ones outweigh the earlier.
enum class FrameRole : std::uint8_t { none, setup, forward, backward, optimizer };

FrameRole role_of(std::string_view name, std::string_view file) {
  if (file.find("torch/optim/") != std::string_view::npos) return FrameRole::optimizer;
  const bool is_engine = file.ends_with("torch/autograd/graph.py") ||
                         name.find("torch::autograd::Engine") != std::string_view::npos ||
                         (file.ends_with("torch/_tensor.py") && name == "backward");
  if (is_engine) return FrameRole::backward;
  const bool is_module = file.ends_with("torch/nn/modules/module.py");
  if (name == "forward" || (is_module && name.ends_with("call_impl"))) return FrameRole::forward;
  if (name == "__init__" || (is_module && (name == "_apply" || name == "to"))) {
    return FrameRole::setup;
  }
  return FrameRole::none;
}

std::string_view base_name(std::string_view file) {
  const std::size_t slash = file.find_last_of('/');
  return slash == std::string_view::npos ? file : file.substr(slash + 1);
}

class OfSnapshot {
 public:
  explicit OfSnapshot(Snapshot&& snapshot) : snapshot_(std::move(snapshot)) {
    for (std::uint32_t stack = 0; stack < snapshot_.stacks.size(); ++stack) {
      moments_.push_back(moment_of(snapshot_.stacks[stack]));
    }
  }

  AllocationHistory blocks() {
    for (std::size_t device = 0; device < snapshot_.devices.size(); ++device) {
      const SnapshotRange& row = snapshot_.devices[device];
      phase_ = Phase::other;
      step_ = 0;
      for (std::uint64_t i = row.first; i < row.first + row.count; ++i) {
        take(snapshot_.events[i], static_cast<std::int8_t>(device));
      }
    }
    snapshot_.events = {};
    if (building_.history.times_ns.empty()) building_.tick(0);
    add_never_seen();
    keep_stacks();
    building_.finish();
    return std::move(building_.history);
  }

 private:
  // What a stack says.
  struct Moment {
    FrameRole role = FrameRole::none;
    bool is_ours = false;  // written by actscope trace export: phase and step are told
    EventPlace place;
    std::uint32_t layer = 0;
  };

  Moment moment_of(const SnapshotRange& stack) {
    Moment moment;
    std::string code;
    for (std::uint32_t i = 0; i < stack.count; ++i) {
      const SnapshotFrame& frame = snapshot_.frames[snapshot_.stack_frames[stack.first + i]];
      const std::string &name = snapshot_.texts[frame.name], &file = snapshot_.texts[frame.file];
      if (file == "step" || file == "layer") {
        moment.is_ours = moment.is_ours || file == "step";
        if (file == "layer") moment.layer = building_.text(name);
        if (file == "step") {
          moment.place = {static_cast<std::int32_t>(frame.line), phase_named(name)};
        }
        continue;
      }
      moment.role = std::max(moment.role, role_of(name, file));
      const bool is_own = file.find("torch/") == std::string::npos && file.ends_with(".py");
      if (code.empty() && is_own) {
        code = std::string(base_name(file)) + ":" + std::to_string(frame.line) + " " + name;
      }
    }
    if (!code.empty()) moment.layer = building_.text(code);
    return moment;
  }

  // Threads of the autograd engine have no Python stack; a free mostly has none either.
  EventPlace place_of(const SnapshotEvent& event, bool is_free) {
    const Moment& moment = moments_[event.stack];
    if (moment.is_ours) return moment.place;
    Phase phase = phase_;
    if (moment.role == FrameRole::optimizer) phase = Phase::optimizer;
    if (moment.role == FrameRole::backward) phase = Phase::backward;
    if (moment.role == FrameRole::forward) phase = Phase::forward;
    if (!is_free) {
      const bool has_none = event.stack == 0 && snapshot_.stacks.size() > 1;
      if (has_none) phase = Phase::backward;
      if (event.stack != 0 && moment.role <= FrameRole::setup) phase = Phase::other;
    }
    if (phase_ == Phase::optimizer && phase != Phase::optimizer) ++step_;
    phase_ = phase;
    return {step_, phase};
  }

  void take(const SnapshotEvent& event, std::int8_t device) {
    const bool is_free = event.action == SnapshotAction::free_requested ||
                         event.action == SnapshotAction::free_completed;
    const bool is_known = event.bytes > 0 && event.bytes <= most_block_bytes &&
                          (is_free || event.action == SnapshotAction::alloc);
    if (!is_known) {
      ++building_.history.skipped_events;
      return;
    }
    // The owner let go before, mostly.
    const bool is_late =
        event.action == SnapshotAction::free_completed && !building_.is_live(device, event.address);
    if (is_late) return;
    building_.tick(std::clamp(event.time_us, -most_ns / 1000, most_ns / 1000) * 1000);
    const EventPlace at = place_of(event, is_free);
    if (is_free) return building_.free(device, event.address, event.bytes, at);
    building_.allocate(block_of(event.address, event.bytes, event.stack, device), at);
  }

  Allocation block_of(std::uint64_t address, std::int64_t bytes, std::uint32_t stack,
                      std::int8_t device) const {
    const Moment& moment = moments_[stack];
    Allocation block;
    block.address = address;
    block.bytes = bytes;
    block.source = stack;
    block.device = device;
    block.layer = moment.layer;
    if (moment.role == FrameRole::setup) block.category = MemoryCategory::parameter;
    return block;
  }

  // Blocks of the last state whose allocation was not recorded.
  void add_never_seen() {
    for (const SnapshotSegment& segment : snapshot_.segments) {
      const auto device = static_cast<std::int8_t>(segment.device & 0x7f);
      for (std::uint32_t i = 0; i < segment.blocks; ++i) {
        const SnapshotBlock& block = snapshot_.blocks[segment.first_block + i];
        const bool is_new = block.is_active && block.bytes > 0 && block.bytes <= most_block_bytes &&
                            !building_.is_live(device, block.address);
        if (!is_new) continue;
        Allocation before = block_of(block.address, block.bytes, block.stack, device);
        const FrameRole role = moments_[block.stack].role;
        if (role == FrameRole::optimizer) before.category = MemoryCategory::optimizer_state;
        if (role == FrameRole::backward) before.category = MemoryCategory::gradient;
        building_.add_before(before);
      }
    }
  }

  void keep_stacks() {
    AllocationHistory& history = building_.history;
    history.lines.reserve(snapshot_.frames.size());
    for (const SnapshotFrame& frame : snapshot_.frames) {
      const std::string &name = snapshot_.texts[frame.name], &file = snapshot_.texts[frame.file];
      std::string line = name;
      if (file == "step" || file == "layer" || file == "slot") {
        line = file == "step" ? name + ", step " + std::to_string(frame.line) : file + " " + name;
      } else if (!file.empty()) {
        line += "  " + file + ":" + std::to_string(frame.line);
      }
      history.lines.push_back(std::move(line));
    }
    for (const SnapshotRange& row : snapshot_.stacks) history.source_begins.push_back(row.first);
    history.source_begins.push_back(snapshot_.stack_frames.size());
    history.source_lines = std::move(snapshot_.stack_frames);
  }

  Snapshot snapshot_;
  AllocationBuilding building_;
  std::vector<Moment> moments_;  // of every stack
  Phase phase_ = Phase::other;
  std::int32_t step_ = 0;
};

}  // namespace

AllocationHistory allocations_of_snapshot(Snapshot snapshot) {
  return OfSnapshot(std::move(snapshot)).blocks();
}

}  // namespace actscope::reports
