// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace actscope::gui {

/// The stretch of time that is shown, within what there is. Units: nanoseconds from the origin.
class TimeWindow {
 public:
  double from() const { return m_from; }
  double to() const { return m_to; }
  double span() const { return m_to - m_from; }

  /// What there is; shows all of it.
  void setLimits(double first, double last);
  /// New limits that keep what is shown where it is within them.
  void moveLimits(double first, double last);
  void showAll();
  /// Shows a stretch with some room around it.
  void show(double from, double to, double room = 0.05);
  /// Multiplies what is shown by `factor`; the time at `share` of the width stays where it is.
  void zoom(double share, double factor);
  /// Moves by a share of what is shown; above 0 to later times.
  void pan(double share);

 private:
  void clamp();

  double m_first = 0, m_last = 1;
  double m_from = 0, m_to = 1;
};

}  // namespace actscope::gui
