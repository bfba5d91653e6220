// SPDX-License-Identifier: Apache-2.0
#include "data/synthetic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "actscope/base/split_mix.hpp"

namespace actscope::core {
namespace {

constexpr std::size_t waves_a_pattern = 3;

// The pattern of one class and channel: plane waves with drawn direction, period and phase.
struct Pattern {
  std::array<double, waves_a_pattern> across, down, phase;

  Pattern(std::int64_t image_class, std::int64_t channel, std::int64_t side) {
    SplitMix64 random(0x5eed, static_cast<std::uint64_t>(image_class),
                      static_cast<std::uint64_t>(channel));
    const double cycle = 2 * std::numbers::pi;
    for (std::size_t i = 0; i < waves_a_pattern; ++i) {
      across[i] = (1 + 3 * random.uniform()) * cycle / static_cast<double>(side);
      down[i] = (1 + 3 * random.uniform()) * cycle / static_cast<double>(side);
      phase[i] = random.uniform() * cycle;
    }
  }
};

// Sine and cosine of each wave along one axis: sin(a + b) needs no call a pixel.
struct AxisTable {
  std::vector<std::array<double, waves_a_pattern>> sines, cosines;

  AxisTable(const std::array<double, waves_a_pattern>& pace,
            const std::array<double, waves_a_pattern>& phase, double shift, std::int64_t side)
      : sines(static_cast<std::size_t>(side)), cosines(sines.size()) {
    for (std::size_t at = 0; at < sines.size(); ++at) {
      for (std::size_t i = 0; i < waves_a_pattern; ++i) {
        const double angle = pace[i] * (static_cast<double>(at) + shift) + phase[i];
        sines[at][i] = std::sin(angle);
        cosines[at][i] = std::cos(angle);
      }
    }
  }
};

// Requires room for side × side pixels
void draw_plane(const Pattern& pattern, double shift, std::int64_t side, SplitMix64& noise,
                std::uint8_t* to) {
  const AxisTable rows(pattern.down, pattern.phase, shift, side);
  const AxisTable cols(pattern.across, {}, shift, side);
  for (std::size_t row = 0; row < rows.sines.size(); ++row) {
    for (std::size_t col = 0; col < cols.sines.size(); ++col) {
      double sum = 0;
      for (std::size_t i = 0; i < waves_a_pattern; ++i) {
        sum +=
            rows.sines[row][i] * cols.cosines[col][i] + rows.cosines[row][i] * cols.sines[col][i];
      }
      const double value = 127.5 + 80 * sum / waves_a_pattern + 60 * (noise.uniform() - 0.5);
      *to++ = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  }
}

}  // namespace

ImageSet make_synthetic_images(const DataShape& shape, std::int64_t samples, std::uint64_t seed) {
  ImageSet set;
  set.samples = samples;
  set.channels = shape.channels;
  set.height = set.width = shape.image_size;
  const std::int64_t plane = shape.image_size * shape.image_size;
  set.pixels.resize(static_cast<std::size_t>(samples * shape.channels * plane));
  set.labels.resize(static_cast<std::size_t>(samples));
#pragma omp parallel for schedule(static)
  for (std::int64_t s = 0; s < samples; ++s) {
    SplitMix64 random(seed, 0, static_cast<std::uint64_t>(s));  // each image has its own stream
    const auto image_class =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(shape.classes)));
    set.labels[static_cast<std::size_t>(s)] = image_class;
    const double shift = static_cast<double>(shape.image_size) / 14 * random.uniform();
    for (std::int64_t c = 0; c < shape.channels; ++c) {
      draw_plane(Pattern(image_class, c, shape.image_size), shift, shape.image_size, random,
                 set.pixels.data() + (s * shape.channels + c) * plane);
    }
  }
  return set;
}

}  // namespace actscope::core
