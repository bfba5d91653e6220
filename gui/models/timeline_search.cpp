// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/timeline_search.hpp"

#include <algorithm>
#include <tuple>

namespace actscope::gui {
namespace {

auto keyOf(const TimelineScene& scene, SliceRef ref) {
  return std::tuple(scene.beginOf(ref), ref.side, ref.slice);
}

}  // namespace

void TimelineSearch::set(const TimelineScene& scene, const QString& text) {
  m_text = text;
  m_found.clear();
  for (const int side : {0, 1}) {
    const auto at = static_cast<std::size_t>(side);
    m_names[at].clear();
    m_places[at].clear();
    const reports::Timeline* made = scene.timeline(side);
    if (!made || text.isEmpty()) continue;
    // A million slices have few names.
    for (const std::string& name : made->names) {
      m_names[at].push_back(QString::fromStdString(name).contains(text, Qt::CaseInsensitive));
    }
    for (const reports::TimelinePlace& place : made->places) {
      m_places[at].push_back(place.layer != 0 && m_names[at][place.layer]);
    }
    for (reports::SliceNumber slice = 0; slice < made->slices(); ++slice) {
      if (isMatch({side, slice}, scene)) m_found.push_back({side, slice});
    }
  }
  std::ranges::sort(m_found, {}, [&](SliceRef ref) { return keyOf(scene, ref); });
}

bool TimelineSearch::isMatch(SliceRef ref, const TimelineScene& scene) const {
  const auto at = static_cast<std::size_t>(ref.side);
  const reports::Timeline* made = scene.timeline(ref.side);
  if (m_names[at].empty() || !made) return false;
  return m_names[at][made->name[ref.slice]] || m_places[at][made->place[ref.slice]];
}

SliceRef TimelineSearch::next(const TimelineScene& scene, SliceRef current, double from,
                              bool isBackward) {
  if (m_found.empty()) return {};
  const auto key = [&](SliceRef ref) { return keyOf(scene, ref); };
  const auto wanted =
      current ? keyOf(scene, current) : std::tuple(from, 0, reports::SliceNumber{0});
  if (isBackward) {
    const auto behind = std::ranges::lower_bound(m_found, wanted, {}, key);
    return behind == m_found.begin() ? m_found.back() : *(behind - 1);
  }
  const auto found = current ? std::ranges::upper_bound(m_found, wanted, {}, key)
                             : std::ranges::lower_bound(m_found, wanted, {}, key);
  return found == m_found.end() ? m_found.front() : *found;
}

std::int64_t TimelineSearch::numberOf(const TimelineScene& scene, SliceRef ref) const {
  if (!ref) return 0;
  const auto found = std::ranges::lower_bound(m_found, keyOf(scene, ref), {},
                                              [&](SliceRef of) { return keyOf(scene, of); });
  return found == m_found.end() || *found != ref ? 0 : found - m_found.begin() + 1;
}

}  // namespace actscope::gui
