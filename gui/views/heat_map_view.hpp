// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/heat_map.hpp"
#include "views/chart_view.hpp"

class QComboBox;
class QCPColorMap;
class QCPColorScale;

namespace actscope::gui {

/// Block by sparsity of one scheme. A click on a cell, or the arrow keys and Enter, make its run
/// current everywhere.
class HeatMapView : public ChartView {
  Q_OBJECT

 public:
  HeatMapView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "heatmap"; }
  QString title() const override { return tr("Heat map"); }
  void setOptions(const ViewOptions& options) override;

  const HeatMap& map() const { return m_map; }
  /// Where a cell is drawn, in pixels of the plot.
  QPoint pixelOf(int block, int sparsity) const;

 protected:
  void draw() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void fillChoices();
  bool followCurrent();
  void placeMark(const HeatMap& before, bool isMoved);
  void drawCell(int block, int sparsity);
  void drawScale();
  void select(int block, int sparsity);
  bool moveBy(int blocks, int sparsities);

  HeatQuery m_query;
  HeatMap m_map;
  QComboBox* m_group;
  QComboBox* m_scheme;
  QComboBox* m_metric;
  QComboBox* m_reference;
  QCPColorMap* m_colors = nullptr;
  QCPColorScale* m_scale;
  static constexpr int none = -1;
  int m_block = none, m_sparsity = none;  ///< the marked cell: keys start from it
  QString m_followed;                     ///< the current run of the last drawing
  QString m_marked;                       ///< the scheme of the last drawing
};

}  // namespace actscope::gui
