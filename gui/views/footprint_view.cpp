// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/footprint_view.hpp"

#include <QHBoxLayout>
#include <QLabel>

#include "models/metric.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {

FootprintView::FootprintView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent) {
  plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot().axisRect()->setRangeZoom(Qt::Horizontal);
  plot().axisRect()->setRangeDrag(Qt::Horizontal);
  plot().setToolTip(tr("Drag to pan, wheel to zoom, double click to fit."));
  placeLegendAside(plot());
  connect(&plot(), &QCustomPlot::mouseDoubleClick, this, &FootprintView::refreshSoon);
}

void FootprintView::draw() {
  const Side side = selection().side();
  const RunPointer a = runA(), b = runB();
  const Footprint footprint = footprintOf(a, b, side);
  fillFootprintTable(twin(), footprint);
  setMessage(footprint.message);
  const bool isEmpty = footprint.rows.empty();
  const bool isDifference = side == Side::difference;
  plot().legend->clearItems();
  plot().legend->setVisible(!isEmpty);
  plot().axisRect()->setVisible(!isEmpty);
  if (isEmpty) {
    setCaption({});
    return;
  }
  const QString names =
      isDifference ? tr("B − A: %1 − %2").arg(b->name, a->name) : (side == Side::a ? a : b)->name;
  setCaption(isDifference ? tr("Stored bytes by layer and slot, %1").arg(names)
             : footprint.hasDense
                 ? tr("Bytes by layer and slot of %1: pale dense, solid stored").arg(names)
                 : tr("Stored bytes by layer and slot of %1").arg(names));
  if (!isDifference && footprint.hasDense) drawBars(footprint, true);
  drawBars(footprint, false);
  drawTotals(footprint);
  drawAxes(footprint);
}

void FootprintView::drawBars(const Footprint& footprint, bool isDense) {
  const Side side = selection().side();
  const double width = side == Side::difference ? 0.6 : 0.38;
  const double offset = side == Side::difference ? 0 : (isDense ? -0.2 : 0.2);
  QCPBars* below = nullptr;
  for (int slot = 0; slot < footprint.slots.size(); ++slot) {
    QVector<double> x, y;
    for (const FootprintRow& row : footprint.rows) {
      if (row.slot != footprint.slots[slot]) continue;
      const auto bytes = isDense ? row.dense : row.of(side);
      if (!bytes || *bytes == 0) continue;
      x << static_cast<double>(footprint.layers.indexOf(row.layer)) + offset;
      y << *bytes;
    }
    auto* bars = new QCPBars(plot().xAxis, plot().yAxis);
    QColor color = seriesColor(palette(), slot);
    // Beyond the colors a pattern tells slots apart.
    const Qt::BrushStyle pattern = slot < 8 ? Qt::SolidPattern : Qt::Dense4Pattern;
    if (isDense) color.setAlphaF(0.35F);
    bars->setBrush(QBrush(color, pattern));
    bars->setPen(QPen(palette().color(QPalette::Base), 1));
    bars->setWidth(width);
    bars->setData(x, y);
    if (below != nullptr) bars->moveAbove(below);
    below = bars;
    if (isDense) continue;
    bars->setName(footprint.slots[slot]);
    bars->addToLegend();
  }
}

// What a layer keeps in all, above its bar.
void FootprintView::drawTotals(const Footprint& footprint) {
  constexpr qsizetype mostWithRoom = 12;
  if (footprint.layers.size() > mostWithRoom) return;
  const Side side = selection().side();
  for (int layer = 0; layer < footprint.layers.size(); ++layer) {
    double total = 0, above = 0;
    for (const FootprintRow& row : footprint.rows) {
      if (row.layer != footprint.layers[layer]) continue;
      const double bytes = row.of(side).value_or(0);
      total += bytes;
      above += std::max(bytes, 0.0);
    }
    auto* label = new QCPItemText(&plot());
    label->position->setCoords(layer + (side == Side::difference ? 0 : 0.2), above);
    label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    label->setText(side == Side::difference ? signedBytes(total) : bytesText(total));
    label->setFont(font());
    label->setColor(palette().color(QPalette::Text));
    label->setPadding(QMargins(0, 0, 0, 2));
  }
}

void FootprintView::drawAxes(const Footprint& footprint) {
  const QSharedPointer<QCPAxisTickerText> layers(new QCPAxisTickerText);
  const auto count = static_cast<int>(footprint.layers.size());
  // As many names as have room.
  const int step = std::max(1, count / 16);
  for (int i = 0; i < count; i += step) layers->addTick(i, footprint.layers[i]);
  plot().xAxis->setTicker(layers);
  plot().xAxis->setTickLabelRotation(count > 6 ? 45 : 0);
  plot().xAxis->grid()->setVisible(false);
  plot().xAxis->setTickLength(0);
  plot().xAxis->setSubTickLength(0);
  plot().yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new BytesTicker(false)));
  plot().yAxis->setLabel(selection().side() == Side::difference ? tr("Kept for backward, B − A")
                                                                : tr("Kept for backward"));
  plot().rescaleAxes();
  QCPRange range = plot().yAxis->range();
  range.expand(0);
  plot().yAxis->setRange(range.lower < 0 ? range.lower - 0.05 * range.size() : 0,
                         range.upper + 0.06 * range.size());
  if (range.size() == 0) plot().yAxis->setRange(-1, 1);
  plot().xAxis->setRange(-0.6, count - 0.4);
}

}  // namespace actscope::gui
