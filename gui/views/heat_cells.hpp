// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPoint>
#include <QPointF>
#include <optional>

#include "models/heat_map.hpp"

class QCustomPlot;
class QPalette;

namespace actscope::gui {

/// A cell of a heat map by its panel, row and column.
struct HeatSpot {
  int panel = 0, row = 0, column = 0;

  bool operator==(const HeatSpot&) const = default;
};

/// How the panels of a heat map lie beside and below each other, in coordinates of a plot whose
/// cells are one wide and high: the first panel on top at the left, rows of a panel from below.
class HeatPanels {
 public:
  /// across  how many panels lie beside each other, from 1
  HeatPanels(const HeatMap& map, int across);
  /// As many beside each other as leave cells legible in an area of so many pixels.
  static HeatPanels fitted(const HeatMap& map, double width, double height);

  int across() const { return m_across; }
  int down() const { return m_down; }
  QPointF centerOf(const HeatSpot& spot) const;
  /// Left and top edge of a panel.
  QPointF cornerOf(int panel) const;
  /// The cell at a point; absent: between the panels, or outside.
  std::optional<HeatSpot> spotAt(QPointF point) const;
  /// The cell so many cells on, over the edges of panels; it stays where there is none.
  HeatSpot moved(const HeatSpot& from, int rows, int columns) const;
  double width() const;
  double height() const;

 private:
  int m_panels, m_rows, m_columns, m_across, m_down;
};

/// Axes of a heat map: the texts of columns and rows at every panel, the panels' titles, no grid.
void setHeatAxes(QCustomPlot& plot, const HeatMap& map, const HeatPanels& panels);

/// One cell: `fill` where it was measured, hatched where not, with its text where it has room.
void drawHeatCell(QCustomPlot& plot, const QPalette& palette, const HeatCell& cell, QPointF center,
                  QColor fill, const QString& text);

/// A line around the cells that lose no more than was asked for.
void drawHeatOutline(QCustomPlot& plot, const QPalette& palette, const HeatMap& map,
                     const HeatPanels& panels);

}  // namespace actscope::gui
