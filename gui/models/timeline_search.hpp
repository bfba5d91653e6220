// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <cstdint>
#include <vector>

#include "models/timeline_scene.hpp"

namespace actscope::gui {

/// The slices whose name or layer holds a text, in the order of their begins, A's before B's at one
/// time.
class TimelineSearch {
 public:
  /// An empty text finds nothing. Cost: one pass over the slices.
  void set(const TimelineScene& scene, const QString& text);

  const QString& text() const { return m_text; }
  std::int64_t count() const { return static_cast<std::int64_t>(m_found.size()); }
  /// The one behind or before another, around the ends; behind no slice comes the first from a time
  /// on. None where nothing is found.
  SliceRef next(const TimelineScene& scene, SliceRef current, double from, bool isBackward);
  /// Which of the found ones it is, from 1; 0: none.
  std::int64_t numberOf(const TimelineScene& scene, SliceRef ref) const;
  bool isMatch(SliceRef ref, const TimelineScene& scene) const;

 private:
  QString m_text;
  std::array<std::vector<bool>, 2> m_names, m_places;
  std::vector<SliceRef> m_found;
};

}  // namespace actscope::gui
