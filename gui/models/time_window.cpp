// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/time_window.hpp"

#include <algorithm>

namespace actscope::gui {
namespace {

constexpr double leastSpan = 10;  // nanoseconds

}  // namespace

void TimeWindow::setLimits(double first, double last) {
  m_first = first;
  m_last = std::max(last, first + leastSpan);
  showAll();
}

void TimeWindow::moveLimits(double first, double last) {
  m_first = first;
  m_last = std::max(last, first + leastSpan);
  clamp();
}

void TimeWindow::showAll() {
  m_from = m_first;
  m_to = m_last;
}

void TimeWindow::show(double from, double to, double room) {
  const double around = room * std::max(to - from, leastSpan);
  m_from = from - around;
  m_to = to + around;
  clamp();
}

void TimeWindow::zoom(double share, double factor) {
  const double at = m_from + share * span();
  const double wanted = std::clamp(span() * factor, leastSpan, m_last - m_first);
  m_from = at - share * wanted;
  m_to = m_from + wanted;
  clamp();
}

void TimeWindow::pan(double share) {
  const double way = share * span();
  m_from += way;
  m_to += way;
  clamp();
}

void TimeWindow::clamp() {
  const double wanted = std::clamp(span(), leastSpan, m_last - m_first);
  m_from = std::clamp(m_from, m_first, m_last - wanted);
  m_to = m_from + wanted;
}

}  // namespace actscope::gui
