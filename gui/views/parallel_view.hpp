// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>

#include "models/parallel.hpp"
#include "views/chart_view.hpp"

namespace actscope::gui {

/// Parallel coordinates: an axis for every option and metric in which the runs differ, a line a
/// run, colored by the last axis (held-out accuracy where it is measured). A drag along an axis
/// keeps the runs that cross there, in every view.
class ParallelView : public ChartView {
  Q_OBJECT

 public:
  ParallelView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "parallel"; }
  QString title() const override { return tr("Parallel"); }

  const Parallel& parallel() const { return m_parallel; }
  /// Where a position on an axis is, in pixels of the plot.
  QPoint pixelOf(int axis, double position) const;

 protected:
  void draw() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void drawLines();
  void drawAxes();
  void drawRanges();
  void setRange(int axis, ParallelRange range);
  void clearRange(int axis);
  void applyRanges();
  int axisAt(QPointF pixel) const;
  double positionAt(QPointF pixel) const;
  void pickLineAt(QPointF pixel);
  bool handleKey(int key);

  Parallel m_parallel;
  QHash<int, ParallelRange> m_ranges;
  QStringList m_fields;  ///< of the axes that m_ranges counts
  int m_axis = 0;        ///< that the keys act on
  int m_pressedAxis = -1;
  QPointF m_pressed;
  bool m_isApplying = false;
};

}  // namespace actscope::gui
