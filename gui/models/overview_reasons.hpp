// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "models/configurations.hpp"

namespace actscope::gui {

/// Why a configuration keeps what it keeps and learns as it does, a sentence each: where the bytes
/// of dense and its own lie, what pruning drops, which gradient is furthest from exact, what
/// nothing explains. Only what was measured.
QStringList reasonsOf(const Configuration& one, const Configuration* dense);

}  // namespace actscope::gui
