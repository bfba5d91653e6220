// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace actscope::reports {

/// Told which share of a file is read, from 0 to 1; false stops the reading.
using ReadingProgress = std::function<bool(double share)>;

}  // namespace actscope::reports
