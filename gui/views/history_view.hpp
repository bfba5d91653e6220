// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "models/history_lines.hpp"
#include "views/chart_view.hpp"

class QComboBox;

namespace actscope::gui {

/// What changed over the runs that are open, and since when: a metric of one configuration, run by
/// run in the order of their dates, with its levels and the steps between them.
class HistoryView : public ChartView {
  Q_OBJECT

 public:
  HistoryView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "history"; }
  QString title() const override { return tr("History"); }

  /// Where a run of the line is drawn, in pixels of the plot.
  QPoint pixelOf(int place) const;
  const HistoryLine& line() const { return m_line; }

 protected:
  void draw() override;

 private:
  bool takeHistory();
  void fillChoices();
  void drawLine();
  void drawSteps();
  void drawAxes();
  void pickNearest(QPointF pixel);

  QComboBox* m_group;
  QComboBox* m_metric;
  RunList m_runs;  ///< that the history is of
  std::shared_ptr<const reports::History> m_history;
  std::vector<std::size_t> m_groups;  ///< as the choice lists them
  bool m_isLooking = false;
  HistoryLine m_line;
};

}  // namespace actscope::gui
