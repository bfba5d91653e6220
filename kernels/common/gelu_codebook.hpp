// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/host_device.hpp"

namespace actscope::kernels {

/// Levels of gelu'(h) in rising order, and where on the axis of |h| one level's place ends and the
/// next begins. gelu'(h) rises up to |h| = √2 and falls back to 1 from there; with
/// gelu'(−h) = 1 − gelu'(h) and levels that mirror each other, |h| is all that is compared: no
/// exponential, and the same code wherever h is the same float.
///
/// The levels 0 and 1 are among them, so that units far from 0 keep exactly their gradient or none.
/// Between them levels are equally spaced, beyond them chosen for the least largest error. Limits
/// are the |h| at which gelu' passes the mid-point of two levels.
struct GeluCodebook {
  int count;  ///< levels
  float level[16];
  int rises;  ///< limits at which the code of |h| grows by one
  float rise[7];
  int falls;  ///< limits at which it shrinks by one
  float fall[2];

  /// The code of gelu'(h); a NaN has that of 0.
  template <class T>
  ACTSCOPE_HOST_DEVICE unsigned code(T h) const {
    const T magnitude = h < 0 ? -h : h;
    int upper = count / 2;
    for (int i = 0; i < rises; ++i) upper += magnitude > static_cast<T>(rise[i]) ? 1 : 0;
    for (int i = 0; i < falls; ++i) upper -= magnitude > static_cast<T>(fall[i]) ? 1 : 0;
    return static_cast<unsigned>(h < 0 ? count - 1 - upper : upper);
  }
};

/// bits is 2 or 4.
ACTSCOPE_HOST_DEVICE constexpr GeluCodebook gelu_codebook(int bits) {
  if (bits == 2) {
    return {4, {0, 1.0F / 3, 2.0F / 3, 1}, 1, {0.446074603F}, 0, {}};
  }
  return {16,
          {-0.105F, -0.04F, 0, 1.0F / 11, 2.0F / 11, 3.0F / 11, 4.0F / 11, 5.0F / 11, 6.0F / 11,
           7.0F / 11, 8.0F / 11, 9.0F / 11, 10.0F / 11, 1, 1.04F, 1.105F},
          7,
          {0.114435712F, 0.231987022F, 0.356491404F, 0.49375776F, 0.654844763F, 0.800259359F,
           0.957975352F},
          2,
          {2.11894607F, 2.79158818F}};
}

}  // namespace actscope::kernels
