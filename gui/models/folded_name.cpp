// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/folded_name.hpp"

#include <QStringList>
#include <algorithm>

namespace actscope::gui {

QString foldedName(const QString& layer) {
  QStringList parts = layer.split('.');
  for (QString& part : parts) {
    if (!part.isEmpty() && std::ranges::all_of(part, [](QChar c) { return c.isDigit(); }))
      part = "*";
  }
  return parts.join('.');
}

}  // namespace actscope::gui
