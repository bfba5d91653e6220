// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/selection.hpp"

#include <utility>

namespace actscope::gui {

void Selection::setA(const QString& key) {
  if (std::exchange(m_a, key) != key) Q_EMIT changed();
}

void Selection::setB(const QString& key) {
  if (std::exchange(m_b, key) != key) Q_EMIT changed();
}

void Selection::swap() {
  if (m_a == m_b) return;
  std::swap(m_a, m_b);
  Q_EMIT changed();
}

void Selection::setCurrent(const QString& key) {
  if (std::exchange(m_current, key) != key) Q_EMIT changed();
}

void Selection::setBrushed(const QSet<QString>& keys) {
  if (std::exchange(m_brushed, keys) != keys) Q_EMIT changed();
}

void Selection::setSide(Side side) {
  if (std::exchange(m_side, side) != side) Q_EMIT changed();
}

}  // namespace actscope::gui
