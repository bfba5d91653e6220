// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include "models/heat_map.hpp"

class QCustomPlot;
class QPalette;

namespace actscope::gui {

/// Axes of a heat map: sparsities from left to right, blocks from below, no grid.
void setHeatAxes(QCustomPlot& plot, const HeatMap& map);

/// One cell: `fill` where it was measured, hatched where not, with its text.
void drawHeatCell(QCustomPlot& plot, const QPalette& palette, const HeatMap& map, int block,
                  int sparsity, QColor fill, const QString& text);

}  // namespace actscope::gui
