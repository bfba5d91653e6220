// SPDX-License-Identifier: Apache-2.0
#include "planner/budget_knapsack.hpp"

#include <algorithm>
#include <limits>

#include "actscope/base/check.hpp"

namespace actscope::core {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// Highest bytes while block `i` runs, `before` being what the blocks before it saved.
std::int64_t peak_at(const StepShape& step, const BlockOption& option, std::int64_t i,
                     std::int64_t before) {
  const std::int64_t live = step.base_bytes + step.map_bytes + before;
  const std::int64_t gradients =
      step.tail_gradient_bytes + (step.blocks - 1 - i) * step.block_gradient_bytes;
  return std::max(live + option.forward_transient_bytes,
                  live + option.saved_bytes + gradients + option.backward_transient_bytes);
}

// The cheapest ways to each number of buckets saved by the blocks so far.
class Table {
 public:
  Table(std::int64_t blocks, std::int64_t buckets)
      : width_(static_cast<std::size_t>(buckets) + 1),
        cost_(width_, infinite),
        chosen_(static_cast<std::size_t>(blocks) * width_, none) {
    cost_[0] = 0;
  }

  void extend(std::int64_t block, const StepShape& step, const std::vector<BlockOption>& options,
              std::int64_t budget_bytes, std::int64_t bucket_bytes) {
    std::vector<double> next(width_, infinite);
    for (std::size_t o = 0; o < options.size(); ++o) {
      const BlockOption& option = options[o];
      const auto taken =
          static_cast<std::size_t>((option.saved_bytes + bucket_bytes - 1) / bucket_bytes);
      for (std::size_t before = 0; before + taken < width_; ++before) {
        if (cost_[before] == infinite) continue;
        const auto saved_before = static_cast<std::int64_t>(before) * bucket_bytes;
        if (peak_at(step, option, block, saved_before) > budget_bytes) break;
        const double cost = cost_[before] + option.cost;
        if (cost >= next[before + taken]) continue;
        next[before + taken] = cost;
        chosen_[static_cast<std::size_t>(block) * width_ + before + taken] =
            static_cast<std::uint16_t>(o);
        taken_buckets_.resize(options.size());
        taken_buckets_[o] = taken;
      }
    }
    cost_ = std::move(next);
  }

  // Walks back from the cheapest end; among equal ones, from that of fewest bytes.
  std::optional<std::vector<std::size_t>> choice() const {
    const auto best = std::ranges::min_element(cost_);
    if (*best == infinite) return std::nullopt;
    auto at = static_cast<std::size_t>(best - cost_.begin());
    std::vector<std::size_t> result(chosen_.size() / width_);
    for (std::size_t block = result.size(); block-- > 0;) {
      result[block] = chosen_[block * width_ + at];
      at -= taken_buckets_[result[block]];
    }
    return result;
  }

 private:
  static constexpr std::uint16_t none = std::numeric_limits<std::uint16_t>::max();
  std::size_t width_;
  std::vector<double> cost_;
  std::vector<std::uint16_t> chosen_;
  std::vector<std::size_t> taken_buckets_;
};

}  // namespace

std::int64_t peak_of(const StepShape& step, const std::vector<BlockOption>& options,
                     const std::vector<std::size_t>& choice) {
  std::int64_t saved = 0;
  std::int64_t peak = step.floor_bytes;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    const BlockOption& option = options[choice[i]];
    peak = std::max(peak, peak_at(step, option, static_cast<std::int64_t>(i), saved));
    saved += option.saved_bytes;
  }
  return peak;
}

std::optional<std::vector<std::size_t>> cheapest_within(const StepShape& step,
                                                        const std::vector<BlockOption>& options,
                                                        std::int64_t budget_bytes,
                                                        std::int64_t buckets) {
  ACTSCOPE_REQUIRES(!options.empty() && buckets > 0);
  if (step.floor_bytes > budget_bytes || step.base_bytes > budget_bytes) return std::nullopt;
  // No more room than all blocks can fill.
  const std::int64_t most =
      step.blocks * std::ranges::max(options, {}, &BlockOption::saved_bytes).saved_bytes;
  const std::int64_t room = std::min(budget_bytes - step.base_bytes, most);
  const std::int64_t bucket_bytes = std::max<std::int64_t>(1, (room + buckets - 1) / buckets);
  // Bytes are rounded up block by block, so there are as many buckets more as there are blocks.
  Table table(step.blocks, room / bucket_bytes + step.blocks);
  for (std::int64_t block = 0; block < step.blocks; ++block) {
    table.extend(block, step, options, budget_bytes, bucket_bytes);
  }
  return table.choice();
}

std::int64_t least_budget(const StepShape& step, const std::vector<BlockOption>& options) {
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  for (std::size_t o = 0; o < options.size(); ++o) {
    const std::vector<std::size_t> uniform(static_cast<std::size_t>(step.blocks), o);
    high = std::min(high, peak_of(step, options, uniform));
  }
  std::int64_t low = std::max(step.floor_bytes, step.base_bytes);
  if (low >= high) return high;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (const auto choice = cheapest_within(step, options, middle)) {
      high = std::min(middle, peak_of(step, options, *choice));
    } else {
      low = middle + 1;
    }
  }
  return high;
}

}  // namespace actscope::core
