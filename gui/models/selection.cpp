// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/selection.hpp"

#include <utility>

namespace actscope::gui {

void Selection::change(Change kind, const State& to) {
  // Walking through runs, and typing, are one step back each.
  const bool isGoingOn = kind == m_last && (kind == Change::current || kind == Change::filter);
  constexpr std::size_t most = 200;
  if (!isGoingOn) {
    if (m_before.size() == most) m_before.erase(m_before.begin());
    m_before.push_back(m_now);
  }
  m_last = kind;
  m_after.clear();
  m_now = to;
  Q_EMIT changed();
}

template <class Value>
void Selection::set(Change kind, Value State::*member, const Value& value) {
  if (m_now.*member == value) return;
  State to = m_now;
  to.*member = value;
  change(kind, to);
}

void Selection::setA(const QString& key) {
  set(Change::pick, &State::a, key);
}

void Selection::setB(const QString& key) {
  set(Change::pick, &State::b, key);
}

void Selection::setCurrent(const QString& key) {
  set(Change::current, &State::current, key);
}

void Selection::setBrushed(const QSet<QString>& keys) {
  set(Change::brush, &State::brushed, keys);
}

void Selection::setFilter(const QString& text) {
  set(Change::filter, &State::filter, text);
}

void Selection::setSide(Side side) {
  set(Change::side, &State::side, side);
}

void Selection::swap() {
  if (m_now.a == m_now.b) return;
  State to = m_now;
  std::swap(to.a, to.b);
  change(Change::pick, to);
}

void Selection::showAll() {
  if (m_now.brushed.isEmpty() && m_now.filter.isEmpty()) return;
  State to = m_now;
  to.brushed.clear();
  to.filter.clear();
  change(Change::brush, to);
}

void Selection::setMatching(const std::optional<QSet<QString>>& keys) {
  if (std::exchange(m_matching, keys) != keys) Q_EMIT changed();
}

void Selection::beginHere() {
  m_before.clear();
  m_after.clear();
  m_last = Change::none;
}

void Selection::go(std::vector<State>& from, std::vector<State>& to) {
  if (from.empty()) return;
  to.push_back(std::exchange(m_now, from.back()));
  from.pop_back();
  m_last = Change::none;
  Q_EMIT changed();
}

void Selection::undo() {
  go(m_before, m_after);
}

void Selection::redo() {
  go(m_after, m_before);
}

}  // namespace actscope::gui
