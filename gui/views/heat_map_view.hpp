// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/heat_map.hpp"
#include "views/chart_view.hpp"
#include "views/heat_cells.hpp"

class QComboBox;
class QCPColorScale;

namespace actscope::gui {

/// Two fields of the configurations against each other, of one scheme or of all side by side. A
/// click on a cell, or the arrow keys, make its run current everywhere.
class HeatMapView : public ChartView {
  Q_OBJECT

 public:
  HeatMapView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "heatmap"; }
  QString title() const override { return tr("Heat map"); }
  void setOptions(const ViewOptions& options) override;

  const HeatMap& map() const { return m_map; }
  /// Where a cell is drawn, in pixels of the plot.
  QPoint pixelOf(int row, int column, int panel = 0) const;

 protected:
  void draw() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void addChoices();
  void fillChoices();
  void readChoices();
  QStringList axes() const;
  bool followCurrent();
  void placeMark(const HeatMap& before, bool isMoved);
  void drawCell(const HeatSpot& spot);
  void drawScale();
  void select(const HeatSpot& spot);
  bool moveBy(int rows, int columns);

  HeatQuery m_query;
  HeatMap m_map;
  QComboBox* m_group;
  QComboBox* m_scheme;
  QComboBox* m_metric;
  QComboBox* m_reference;
  QComboBox *m_rows, *m_columns;
  QComboBox* m_outline;
  QCPColorScale* m_scale;
  HeatPanels m_panels{{}, 1};
  std::optional<HeatSpot> m_mark;  ///< the cell that keys start from
  QString m_followed;              ///< the current run of the last drawing
  HeatQuery m_marked;              ///< what the last drawing was of
};

}  // namespace actscope::gui
