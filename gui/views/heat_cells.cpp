// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heat_cells.hpp"

#include <algorithm>
#include <cmath>

#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

constexpr double gap = 0.6;    // beside a panel, in cells
constexpr double title = 0.9;  // above a panel, in cells

}  // namespace

HeatPanels::HeatPanels(const HeatMap& map, int across)
    : m_panels(std::max<int>(1, static_cast<int>(map.panels.size()))),
      m_rows(std::max<int>(1, static_cast<int>(map.rows.size()))),
      m_columns(std::max<int>(1, static_cast<int>(map.columns.size()))),
      m_across(std::clamp(across, 1, m_panels)),
      m_down((m_panels + m_across - 1) / m_across) {}

HeatPanels HeatPanels::fitted(const HeatMap& map, double width, double height) {
  constexpr double legible = 80;  // pixels of a cell with a figure and its unit
  HeatPanels best(map, 1);
  double most = 0;
  for (int across = 1; across <= best.m_panels; ++across) {
    const HeatPanels panels(map, across);
    const double wide = width / panels.width();
    const double size = std::min({wide, 3 * height / panels.height(), legible});
    // Of those that can be read the ones that lie most beside each other.
    if (size < most) continue;
    most = size;
    best = panels;
  }
  return best;
}

double HeatPanels::width() const {
  return m_across * m_columns + (m_across - 1) * gap;
}

double HeatPanels::height() const {
  return m_down * m_rows + (m_panels > 1 ? m_down * title : 0);
}

QPointF HeatPanels::cornerOf(int panel) const {
  const int left = panel % m_across, below = m_down - 1 - panel / m_across;
  const double step = m_rows + (m_panels > 1 ? title : 0);
  return {left * (m_columns + gap) - 0.5, below * step + m_rows - 0.5};
}

QPointF HeatPanels::centerOf(const HeatSpot& spot) const {
  const QPointF corner = cornerOf(spot.panel);
  return {corner.x() + 0.5 + spot.column, corner.y() - m_rows + 0.5 + spot.row};
}

std::optional<HeatSpot> HeatPanels::spotAt(QPointF point) const {
  for (int panel = 0; panel < m_panels; ++panel) {
    const QPointF corner = cornerOf(panel);
    const double x = point.x() - corner.x(), y = point.y() - (corner.y() - m_rows);
    if (x < 0 || y < 0 || x >= m_columns || y >= m_rows) continue;
    return HeatSpot{panel, static_cast<int>(y), static_cast<int>(x)};
  }
  return std::nullopt;
}

HeatSpot HeatPanels::moved(const HeatSpot& from, int rows, int columns) const {
  const int across = (from.panel % m_across) * m_columns + from.column + columns;
  const int up = (m_down - 1 - from.panel / m_across) * m_rows + from.row + rows;
  if (across < 0 || up < 0 || across >= m_across * m_columns || up >= m_down * m_rows) return from;
  const int panel = (m_down - 1 - up / m_rows) * m_across + across / m_columns;
  if (panel >= m_panels) return from;
  return {panel, up % m_rows, across % m_columns};
}

void setHeatAxes(QCustomPlot& plot, const HeatMap& map, const HeatPanels& panels) {
  const auto columns = static_cast<int>(map.columns.size());
  const auto rows = static_cast<int>(map.rows.size());
  const QSharedPointer<QCPAxisTickerText> rowNames(new QCPAxisTickerText);
  const QSharedPointer<QCPAxisTickerText> columnNames(new QCPAxisTickerText);
  for (int down = 0; down < panels.down(); ++down) {
    for (int row = 0; row < rows; ++row) {
      rowNames->addTick(panels.centerOf({down * panels.across(), row, 0}).y(), map.rows[row]);
    }
  }
  for (int across = 0; across < panels.across(); ++across) {
    for (int column = 0; column < columns; ++column) {
      columnNames->addTick(panels.centerOf({across, 0, column}).x(), map.columns[column]);
    }
  }
  plot.xAxis->setTicker(columnNames);
  plot.yAxis->setTicker(rowNames);
  for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
    axis->grid()->setVisible(false);
    axis->setTickLength(0);
    axis->setSubTickLength(0);
  }
  plot.xAxis->setLabel(map.columnTitle);
  plot.yAxis->setLabel(map.rowTitle);
  plot.xAxis->setRange(-0.5, panels.width() - 0.5);
  plot.yAxis->setRange(-0.5, panels.height() - 0.5);
  if (map.panels.size() < 2) return;
  for (int panel = 0; panel < map.panels.size(); ++panel) {
    const QPointF corner = panels.cornerOf(panel);
    auto* name = new QCPItemText(&plot);
    name->position->setCoords(corner.x() + columns / 2.0, corner.y() + 0.1);
    name->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    QFont bold = plot.font();
    bold.setBold(true);
    name->setFont(bold);
    name->setColor(plot.xAxis->labelColor());
    name->setText(map.panels[panel]);
  }
}

void drawHeatCell(QCustomPlot& plot, const QPalette& palette, const HeatCell& cell, QPointF center,
                  QColor fill, const QString& shown) {
  const QColor base = palette.color(QPalette::Base), text = palette.color(QPalette::Text);
  const bool isMeasured = cell.state == HeatCell::State::measured;
  const QPointF half(0.5, -0.5);

  auto* box = new QCPItemRect(&plot);
  box->topLeft->setCoords(center - half);
  box->bottomRight->setCoords(center + half);
  box->setPen(QPen(base, 2));
  box->setBrush(fill);
  if (!isMeasured) {
    QColor faint = text;
    faint.setAlphaF(0.35F);
    auto* hatch = new QCPItemRect(&plot);
    hatch->topLeft->setCoords(center - half);
    hatch->bottomRight->setCoords(center + half);
    hatch->setPen(QPen(base, 2));
    const bool isFailed = cell.state == HeatCell::State::failed;
    hatch->setBrush(QBrush(faint, isFailed ? Qt::BDiagPattern : Qt::Dense7Pattern));
  }
  // The rectangle of the axes is laid out later: a little less than the whole plot.
  const QFontMetrics metrics(plot.font());
  const double width = 0.85 * plot.viewport().width() / plot.xAxis->range().size();
  const double height = 0.85 * plot.viewport().height() / plot.yAxis->range().size();
  const QSize needed = metrics.size(0, shown);
  if (needed.width() > width || needed.height() > height) return;
  auto* label = new QCPItemText(&plot);
  label->position->setCoords(center);
  label->setText(shown);
  label->setFont(plot.font());
  label->setColor(isMeasured ? inkOn(fill) : text);
  label->setPadding(QMargins(4, 2, 4, 2));
  if (!isMeasured) label->setBrush(base);
}

void drawHeatOutline(QCustomPlot& plot, const QPalette& palette, const HeatMap& map,
                     const HeatPanels& panels) {
  const auto isWithin = [&](int panel, int row, int column) {
    return row >= 0 && column >= 0 && row < map.rows.size() && column < map.columns.size() &&
           map.at(row, column, panel).isWithin;
  };
  const auto draw = [&](QPointF from, QPointF to) {
    auto* line = new QCPItemLine(&plot);
    line->start->setCoords(from);
    line->end->setCoords(to);
    line->setPen(QPen(palette.color(QPalette::Text), 2.5, Qt::SolidLine, Qt::SquareCap));
  };
  for (int panel = 0; panel < map.panels.size(); ++panel) {
    for (int row = 0; row < map.rows.size(); ++row) {
      for (int column = 0; column < map.columns.size(); ++column) {
        if (!isWithin(panel, row, column)) continue;
        const QPointF c = panels.centerOf({panel, row, column});
        const double left = c.x() - 0.5, right = c.x() + 0.5, low = c.y() - 0.5, high = c.y() + 0.5;
        if (!isWithin(panel, row, column - 1)) draw({left, low}, {left, high});
        if (!isWithin(panel, row, column + 1)) draw({right, low}, {right, high});
        if (!isWithin(panel, row - 1, column)) draw({left, low}, {right, low});
        if (!isWithin(panel, row + 1, column)) draw({left, high}, {right, high});
      }
    }
  }
}

}  // namespace actscope::gui
