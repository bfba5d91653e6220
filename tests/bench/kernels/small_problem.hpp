// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "kernels/problem.hpp"

namespace actscope::bench::test {

/// Random slots of a block for `tokens` tokens.
inline Activations random_activations(std::int64_t tokens, std::int64_t images = 1) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  const auto values = [&](std::int64_t count) {
    std::vector<float> drawn(static_cast<std::size_t>(count));
    for (float& value : drawn) value = normal(random);
    return drawn;
  };
  Activations a;
  a.tokens = tokens;
  a.images = images;
  a.z = values(tokens * channels);
  a.u = values(tokens * hidden);
  a.y = values(images * positions * channels);
  a.origin = "random";
  return a;
}

}  // namespace actscope::bench::test
