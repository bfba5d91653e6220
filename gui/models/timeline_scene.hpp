// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QSet>
#include <QString>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/time_window.hpp"
#include "models/timeline_loader.hpp"

namespace actscope::gui {

/// A slice of A (side 0) or B (side 1).
struct SliceRef {
  int side = 0;
  reports::SliceNumber slice = reports::no_slice;

  explicit operator bool() const { return slice != reports::no_slice; }
  bool operator==(const SliceRef&) const = default;
};

/// A horizontal strip of the picture.
struct TimelineBand {
  enum class Kind { side, row, counter };
  Kind kind = Kind::row;
  int side = 0;
  std::uint32_t number = 0;  ///< of a row or counter
  QString title;             ///< where it begins a lane
  bool isCollapsed = false;
};

/// A stretch of time over bands; nothing where its end is not behind its begin.
struct TimeRange {
  double from = 0, to = 0;
  bool isEmpty() const { return !(from < to); }
};

/// Where a step lies on the axis; of a pair, what holds both.
struct StepRange {
  std::int64_t step = 0;
  TimeRange range;
};

/// What the timeline shows: A above B on one axis whose origin is the begin of the step that both
/// have, or of everything; which lanes are folded to their outermost row. Times are nanoseconds
/// from that origin.
class TimelineScene {
 public:
  /// Either may be null. Aligns at the first step that both have.
  void setTimelines(TimelinePointer a, TimelinePointer b);
  const reports::Timeline* timeline(int side) const {
    return m_timelines[static_cast<std::size_t>(side)].get();
  }
  bool isEmpty() const { return !m_timelines[0] && !m_timelines[1]; }

  const std::vector<TimelineBand>& bands() const { return m_bands; }
  void toggleLane(int side, std::uint32_t lane);
  TimeWindow& window() { return m_window; }
  const TimeWindow& window() const { return m_window; }

  /// Begin of the axis in the clock of a trace.
  std::int64_t origin(int side) const { return m_origins[static_cast<std::size_t>(side)]; }
  double beginOf(SliceRef ref) const;
  double endOf(SliceRef ref) const;
  /// A time of the axis in the clock of a trace, within what a trace can hold.
  std::int64_t clockTime(int side, double time) const;

  /// The steps that can be aligned: those of both, or of the only one, in the order of the first.
  const std::vector<StepRange>& steps() const { return m_steps; }
  std::optional<std::int64_t> alignedStep() const { return m_step; }
  /// Puts the begin of a step of A and of B at the origin, and keeps the window on it.
  void alignStep(std::int64_t step);
  /// Why something is not shown; empty: nothing is left out.
  QString leftOutText() const;

 private:
  void makeBands();
  void findLimits(double& first, double& last) const;
  const reports::TimelineStep* stepOf(int side, std::int64_t step) const;
  void findSteps();

  std::array<TimelinePointer, 2> m_timelines;
  std::array<std::int64_t, 2> m_origins{};
  std::array<QHash<qint64, std::size_t>, 2> m_stepAt;  ///< places in the steps of a trace
  std::vector<StepRange> m_steps;
  std::optional<std::int64_t> m_step;
  std::array<QSet<QString>, 2> m_collapsed;  ///< names of lanes
  std::vector<TimelineBand> m_bands;
  TimeWindow m_window;
};

/// "12.3 ms", "450 ns": a duration of any size. Units: nanoseconds.
QString timeText(double ns);

/// What a tip and the inspector say of a slice, a field a line.
QString describeSlice(const TimelineScene& scene, SliceRef ref);

}  // namespace actscope::gui
