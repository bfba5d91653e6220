// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace actscope::gui {

/// Calls `work(i)` once for every i below `count`, on this thread and as many others as there are
/// usable cores; returns when all have ended. Between two items of its own this thread asks
/// `goOn(done)`, with how many are done; false stops: what has begun ends, the rest is left.
///
/// Requires `work` throws nothing and may be called from several threads at once
/// Returns whether every item was worked on.
bool readInParallel(std::size_t count, const std::function<void(std::size_t)>& work,
                    const std::function<bool(std::size_t done)>& goOn);

}  // namespace actscope::gui
