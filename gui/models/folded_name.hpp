// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace actscope::gui {

/// The name that layers share that differ in a number alone: "blocks.*.up" of "blocks.0.up".
QString foldedName(const QString& layer);

}  // namespace actscope::gui
