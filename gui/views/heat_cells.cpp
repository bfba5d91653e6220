// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heat_cells.hpp"

#include <algorithm>

#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {

void setHeatAxes(QCustomPlot& plot, const HeatMap& map) {
  const auto columns = static_cast<int>(map.sparsities.size());
  const auto rows = static_cast<int>(map.blocks.size());
  const QSharedPointer<QCPAxisTickerText> blocks(new QCPAxisTickerText);
  const QSharedPointer<QCPAxisTickerText> sparsities(new QCPAxisTickerText);
  for (int i = 0; i < rows; ++i) blocks->addTick(i, map.blocks[i]);
  for (int i = 0; i < columns; ++i) {
    sparsities->addTick(i, QString("%1 %").arg(100 * map.sparsities[i], 0, 'g', 4));
  }
  plot.xAxis->setTicker(sparsities);
  plot.yAxis->setTicker(blocks);
  for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) {
    axis->grid()->setVisible(false);
    axis->setTickLength(0);
    axis->setSubTickLength(0);
  }
  plot.xAxis->setLabel("Sparsity (share of blocks dropped)");
  plot.yAxis->setLabel("Block (rows x columns)");
  plot.xAxis->setRange(-0.5, std::max(columns, 1) - 0.5);
  plot.yAxis->setRange(-0.5, std::max(rows, 1) - 0.5);
}

void drawHeatCell(QCustomPlot& plot, const QPalette& palette, const HeatMap& map, int block,
                  int sparsity, QColor fill, const QString& shown) {
  const HeatCell& cell = map.at(block, sparsity);
  const QColor base = palette.color(QPalette::Base), text = palette.color(QPalette::Text);
  const bool isMeasured = cell.state == HeatCell::State::measured;

  auto* box = new QCPItemRect(&plot);
  box->topLeft->setCoords(sparsity - 0.5, block + 0.5);
  box->bottomRight->setCoords(sparsity + 0.5, block - 0.5);
  box->setPen(QPen(base, 2));
  box->setBrush(fill);
  if (!isMeasured) {
    QColor faint = text;
    faint.setAlphaF(0.35F);
    auto* hatch = new QCPItemRect(&plot);
    hatch->topLeft->setCoords(sparsity - 0.5, block + 0.5);
    hatch->bottomRight->setCoords(sparsity + 0.5, block - 0.5);
    hatch->setPen(QPen(base, 2));
    const bool isFailed = cell.state == HeatCell::State::failed;
    hatch->setBrush(QBrush(faint, isFailed ? Qt::BDiagPattern : Qt::Dense7Pattern));
  }
  auto* label = new QCPItemText(&plot);
  label->position->setCoords(sparsity, block);
  label->setText(shown);
  label->setFont(plot.font());
  label->setColor(isMeasured ? inkOn(fill) : text);
  label->setPadding(QMargins(4, 2, 4, 2));
  if (!isMeasured) label->setBrush(base);
}

}  // namespace actscope::gui
