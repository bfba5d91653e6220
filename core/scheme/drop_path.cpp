// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/drop_path.hpp"

#include <algorithm>

#include "actscope/base/split_mix.hpp"

namespace actscope::core {

double DropPath::factor(std::int64_t block, BlockHalf half, std::int64_t image) const {
  // The top bit keeps the stream away from those of the augmentation.
  const auto residual =
      static_cast<std::uint64_t>(block_halves * block) | static_cast<std::uint64_t>(half);
  const std::uint64_t place = residual << 32 | static_cast<std::uint64_t>(image);
  SplitMix64 random(seed, static_cast<std::uint64_t>(step) | std::uint64_t{1} << 63, place);
  return random.uniform() < ratio ? 0 : 1 / (1 - ratio);
}

void add_drop_path(FootprintRecord& record, const ResMlpGeometry& geometry, ElementType type,
                   double ratio) {
  if (ratio == 0) return;
  for (std::int64_t block = 0; block < geometry.depth; ++block) {
    const std::string name = "blocks." + std::to_string(block);
    const auto layer = std::ranges::find(record.layers, name, &LayerFootprint::name);
    SlotFootprint slot;
    slot.name = drop_path_slot;
    slot.store = "keep";
    const std::int64_t bytes = block_halves * record.batch * size_of(type);
    slot.dense_bytes = slot.predicted_bytes = bytes;
    layer->slots.push_back(slot);
    record.totals.saved_bytes += bytes;
    record.totals.dense_saved_bytes += bytes;
    record.totals.peak_bytes += bytes;
  }
}

}  // namespace actscope::core
