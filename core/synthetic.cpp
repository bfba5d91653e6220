// SPDX-License-Identifier: Apache-2.0
#include "synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "random.hpp"

namespace actscope::core {
namespace {

// The pattern of one class and channel: three plane waves with drawn direction, period and phase.
struct Waves {
  double across[3], down[3], phase[3];

  Waves(std::int64_t image_class, std::int64_t channel, double side) {
    SplitMix64 random(0x5eed, static_cast<std::uint64_t>(image_class),
                      static_cast<std::uint64_t>(channel));
    for (int i = 0; i < 3; ++i) {
      across[i] = (1 + 3 * random.uniform()) * 2 * std::numbers::pi / side;
      down[i] = (1 + 3 * random.uniform()) * 2 * std::numbers::pi / side;
      phase[i] = random.uniform() * 2 * std::numbers::pi;
    }
  }

  double at(double row, double col) const {
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += std::sin(across[i] * col + down[i] * row + phase[i]);
    return sum / 3;
  }
};

}  // namespace

ImageSet make_synthetic_images(const DataShape& shape, std::int64_t samples, std::uint64_t seed) {
  ImageSet set;
  set.samples = samples;
  set.channels = shape.channels;
  set.height = set.width = shape.image_size;
  set.pixels.reserve(
      static_cast<std::size_t>(samples * shape.channels * shape.image_size * shape.image_size));
  for (std::int64_t s = 0; s < samples; ++s) {
    SplitMix64 random(seed, 0, static_cast<std::uint64_t>(s));
    const auto image_class =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(shape.classes)));
    const double shift = 2 * random.uniform();
    set.labels.push_back(image_class);
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      const Waves waves(image_class, c, static_cast<double>(shape.image_size));
      for (std::int64_t row = 0; row < shape.image_size; ++row) {
        for (std::int64_t col = 0; col < shape.image_size; ++col) {
          const double noise = random.uniform() - 0.5;
          const double value =
              127.5 +
              80 * waves.at(static_cast<double>(row) + shift, static_cast<double>(col) + shift) +
              60 * noise;
          set.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
        }
      }
    }
  }
  return set;
}

}  // namespace actscope::core
