// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/drop_path.hpp"

#include <algorithm>

#include "random.hpp"

namespace actscope::core {

double DropPath::ratio_of(double ratio, std::int64_t block, std::int64_t depth) {
  if (depth == 1) return ratio;
  return ratio * static_cast<double>(block) / static_cast<double>(depth - 1);
}

double DropPath::factor(std::int64_t block, std::int64_t depth, std::int64_t image) const {
  const double skipped = ratio_of(ratio, block, depth);
  // The top bit keeps the stream away from those of the augmentation.
  const auto place = static_cast<std::uint64_t>(block) << 32 | static_cast<std::uint64_t>(image);
  SplitMix64 random(seed, static_cast<std::uint64_t>(step) | std::uint64_t{1} << 63, place);
  return random.uniform() < skipped ? 0 : 1 / (1 - skipped);
}

void add_drop_path(FootprintRecord& record, const ResMlpGeometry& geometry, ElementType type,
                   double ratio) {
  for (std::int64_t block = 0; block < geometry.depth; ++block) {
    if (DropPath::ratio_of(ratio, block, geometry.depth) == 0) continue;
    const std::string name = "blocks." + std::to_string(block);
    const auto layer = std::ranges::find(record.layers, name, &LayerFootprint::name);
    SlotFootprint slot;
    slot.name = "drop_path";
    slot.store = "keep";
    slot.dense_bytes = slot.predicted_bytes = record.batch * size_of(type);
    layer->slots.push_back(slot);
    record.totals.saved_bytes += slot.predicted_bytes;
    record.totals.dense_saved_bytes += slot.dense_bytes;
    record.totals.peak_bytes += slot.predicted_bytes;
  }
}

}  // namespace actscope::core
