// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/core/data/dataset.hpp"

namespace actscope::core {

/// Images that can be learned and need no file: each class has a smooth pattern of its own, each
/// image is its class's pattern, shifted, plus noise. A pure function of its arguments: threads do
/// not matter.
ImageSet make_synthetic_images(const DataShape& shape, std::int64_t samples, std::uint64_t seed);

}  // namespace actscope::core
