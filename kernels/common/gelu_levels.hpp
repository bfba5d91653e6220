// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/host_device.hpp"

namespace actscope::kernels {

/// Levels of gelu'(h) in rising order: Lloyd's algorithm over the quantiles of a normal h. Level i
/// and level n − 1 − i add up to 1, as gelu'(h) + gelu'(−h) does. Source  S. Lloyd, "Least squares
/// quantization in PCM", IEEE Trans. Inf. Theory 28(2), 1982
struct GeluLevels {
  float level[16];
  int count;

  /// The code of a derivative: how many of the mid-points between levels lie below it.
  template <class T>
  ACTSCOPE_HOST_DEVICE unsigned code(T derivative) const {
    unsigned below = 0;
    for (int i = 0; i + 1 < count; ++i) {
      below += derivative > static_cast<T>(level[i] + level[i + 1]) / 2 ? 1 : 0;
    }
    return below;
  }
};

/// bits is 2 or 4.
ACTSCOPE_HOST_DEVICE constexpr GeluLevels gelu_levels(int bits) {
  if (bits == 2) return {{-0.046386F, 0.312675F, 0.687325F, 1.046386F}, 4};
  return {{-0.113158F, -0.049727F, 0.025383F, 0.107928F, 0.193013F, 0.279723F, 0.367456F, 0.455758F,
           0.544242F, 0.632544F, 0.720277F, 0.806987F, 0.892072F, 0.974617F, 1.049727F, 1.113158F},
          16};
}

}  // namespace actscope::kernels
