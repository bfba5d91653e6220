// SPDX-License-Identifier: Apache-2.0
#include "allocations/building.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace actscope::reports {
namespace {

std::uint64_t end_address(const Allocation& block) {
  return block.address + static_cast<std::uint64_t>(block.bytes);
}

}  // namespace

MemoryCategory category_by_life(const Allocation& block, std::int32_t end_step,
                                bool is_backward_over) {
  const bool is_same_step = block.end != never && end_step == block.step;
  const bool is_same_phase = is_same_step && block.end_phase == block.phase;
  switch (block.phase) {
    case Phase::forward: {
      if (is_same_phase) return MemoryCategory::workspace;
      const bool is_read = is_same_step && block.end_phase == Phase::backward;
      const bool is_cut = block.end == never && !is_backward_over;
      return is_read || is_cut ? MemoryCategory::saved_activation : MemoryCategory::other;
    }
    case Phase::backward:
      return is_same_phase ? MemoryCategory::workspace : MemoryCategory::gradient;
    case Phase::optimizer:
      return is_same_phase ? MemoryCategory::workspace : MemoryCategory::optimizer_state;
    case Phase::other:
      break;
  }
  return block.category;  // what the stack says, or other
}

AllocationBuilding::AllocationBuilding() {
  text("");
}

std::uint32_t AllocationBuilding::text(const std::string& text) {
  const auto [known, is_new] =
      numbers_.try_emplace(text, static_cast<std::uint32_t>(history.texts.size()));
  if (is_new) history.texts.push_back(text);
  return known->second;
}

Tick AllocationBuilding::tick(std::int64_t time_ns) {
  std::vector<std::int64_t>& times = history.times_ns;
  if (times.size() == times.capacity()) times.reserve(times.size() + times.size() / 2 + 64);
  const std::int64_t now = std::clamp(time_ns, -most_ns, most_ns);
  times.push_back(times.empty() ? now : std::max(times.back(), now));
  return static_cast<Tick>(times.size() - 1);
}

void AllocationBuilding::end_block(std::uint32_t number, EventPlace at) {
  Allocation& block = history.blocks[number];
  block.end = static_cast<Tick>(history.times_ns.size() - 1);
  block.end_phase = at.phase;
  end_steps_[number] = at.step;
  history.ends.push_back(number);
}

// Frees that were not recorded: what overlaps a new block has ended before it.
void AllocationBuilding::end_overlapped(Live& live, const Allocation& block, EventPlace at) {
  auto other = live.lower_bound(block.address);
  if (other != live.begin() &&
      end_address(history.blocks[std::prev(other)->second]) > block.address) {
    --other;
  }
  while (other != live.end() && other->first < end_address(block)) {
    end_block(other->second, at);
    other = live.erase(other);
  }
}

// A backward is over when something happens behind it.
void AllocationBuilding::see(EventPlace at) {
  if (at.step < 0) return;
  if (at.step != last_step_) is_backward_over_ = false;
  last_step_ = at.step;
  is_backward_over_ = is_backward_over_ || at.phase == Phase::optimizer;
}

void AllocationBuilding::allocate(const Allocation& made, EventPlace at) {
  Live& live = live_[made.device];
  end_overlapped(live, made, at);
  see(at);
  Allocation block = made;
  block.begin = static_cast<Tick>(history.times_ns.size() - 1);
  block.end = never;
  block.step = at.step;
  block.phase = at.phase;
  live[block.address] = static_cast<std::uint32_t>(history.blocks.size());
  std::vector<Allocation>& blocks = history.blocks;
  if (blocks.size() == blocks.capacity()) blocks.reserve(blocks.size() + blocks.size() / 2 + 64);
  blocks.push_back(block);
  end_steps_.push_back(-1);
}

bool AllocationBuilding::is_live(std::int8_t device, std::uint64_t address) const {
  const auto live = live_.find(device);
  return live != live_.end() && live->second.contains(address);
}

void AllocationBuilding::add_before(const Allocation& made) {
  Allocation block = made;
  block.begin = window_begin_[block.device];
  block.is_before = true;
  if (block.end != never) history.ends.push_back(static_cast<std::uint32_t>(history.blocks.size()));
  history.blocks.push_back(block);
  end_steps_.push_back(-1);
}

void AllocationBuilding::free(std::int8_t device, std::uint64_t address, std::int64_t bytes,
                              EventPlace at) {
  see(at);
  Live& live = live_[device];
  const auto found = live.find(address);
  if (found != live.end()) {
    end_block(found->second, at);
    live.erase(found);
    return;
  }
  Allocation block;
  block.address = address;
  block.bytes = bytes;
  block.device = device;
  block.end = static_cast<Tick>(history.times_ns.size() - 1);
  block.end_phase = at.phase;
  add_before(block);
}

void AllocationBuilding::end_all(std::int8_t device) {
  if (history.times_ns.empty()) return;
  window_begin_[device] = tick(history.times_ns.back());
  for (const auto& [address, block] : live_[device]) end_block(block, {});
  live_[device].clear();
}

void AllocationBuilding::categorize() {
  for (std::size_t i = 0; i < history.blocks.size(); ++i) {
    Allocation& block = history.blocks[i];
    const bool is_over = block.step != last_step_ || is_backward_over_;
    if (!block.is_before) {
      block.category = category_by_life(block, end_steps_[i], is_over);
    } else if (block.end != never && block.end_phase == Phase::backward) {
      block.category = MemoryCategory::saved_activation;
    }
    block.outlives_backward =
        block.phase == Phase::forward && block.category == MemoryCategory::other;
  }
}

void AllocationBuilding::finish() {
  categorize();
  live_.clear();
  end_steps_ = {};
  // Only what was there before stands at another place than its begin says. Ends are in order.
  const auto place = [](const Allocation& block) {
    return std::pair(block.begin, !block.is_before);
  };
  std::vector<Allocation>& blocks = history.blocks;
  if (std::ranges::is_sorted(blocks, {}, place)) return;
  std::vector<std::uint32_t> order(blocks.size()), places(blocks.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t block) { return place(blocks[block]); });
  std::vector<Allocation> ordered;
  ordered.reserve(blocks.size());
  for (const std::uint32_t block : order) {
    places[block] = static_cast<std::uint32_t>(ordered.size());
    ordered.push_back(blocks[block]);
  }
  blocks = std::move(ordered);
  for (std::uint32_t& block : history.ends) block = places[block];
}

}  // namespace actscope::reports
