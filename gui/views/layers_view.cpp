// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/layers_view.hpp"

#include <QHBoxLayout>
#include <algorithm>

#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {

LayersView::LayersView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent) {
  controls().addStretch(1);
  plot().yAxis->setRangeReversed(true);
}

void LayersView::draw() {
  const Side side = selection().side();
  const RunPointer a = runA(), b = runB();
  const LayerMetrics metrics = layerMetricsOf(a, b, side);
  fillLayerTable(twin(), metrics, side);
  setMessage(metrics.message);
  const bool isEmpty = metrics.rows.empty();
  plot().axisRect()->setVisible(!isEmpty);
  setCaption(
      isEmpty ? QString()
      : side == Side::difference
          ? tr("By layer, B − A: %1 − %2; blue: better, orange: worse").arg(b->name, a->name)
          : tr("By layer, %1; each column by its largest").arg((side == Side::a ? a : b)->name));
  if (isEmpty) return;
  drawAxes(metrics);
  // The rectangle of the axes is laid out later.
  const double height =
      (plot().viewport().height() - 3.0 * fontMetrics().height()) / plot().yAxis->range().size();
  const bool hasRoom = height >= fontMetrics().height();
  for (std::size_t row = 0; row < metrics.rows.size(); ++row) {
    for (int column = 0; column < layerMetricsCount; ++column) {
      drawCell(metrics, row, static_cast<LayerMetric>(column), hasRoom);
    }
  }
}

void LayersView::drawAxes(const LayerMetrics& metrics) {
  const QSharedPointer<QCPAxisTickerText> layers(new QCPAxisTickerText);
  const QSharedPointer<QCPAxisTickerText> columns(new QCPAxisTickerText);
  const auto count = static_cast<int>(metrics.rows.size());
  // As many names as have room.
  const int most = std::max(1, plot().viewport().height() / (fontMetrics().height() + 4));
  const int step = (count + most - 1) / most;
  for (int i = 0; i < count; i += step) {
    layers->addTick(i, fontMetrics().elidedText(metrics.rows[static_cast<std::size_t>(i)].layer,
                                                Qt::ElideMiddle, 220));
  }
  for (int column = 0; column < layerMetricsCount; ++column) {
    columns->addTick(column, factsOf(static_cast<LayerMetric>(column)).title);
  }
  plot().xAxis->setTicker(columns);
  plot().yAxis->setTicker(layers);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
    axis->grid()->setVisible(false);
    axis->setTickLength(0);
    axis->setSubTickLength(0);
  }
  plot().xAxis->setRange(-0.5, layerMetricsCount - 0.5);
  constexpr int leastRows = 10;  // few layers are not spread over the page
  plot().yAxis->setRange(-0.5, std::max(count, leastRows) - 0.5);
}

void LayersView::drawCell(const LayerMetrics& metrics, std::size_t row, LayerMetric metric,
                          bool hasRoom) {
  const Side side = selection().side();
  const auto strength = strengthOf(metrics, row, metric, side);
  const bool isDifference = side == Side::difference;
  // Better and worse are colors of the difference alone.
  QCPColorGradient diverging = divergingGradient(palette(), factsOf(metric).isMoreBetter);
  QColor fill = palette().color(QPalette::Base);
  if (strength) {
    fill = isDifference ? QColor::fromRgb(diverging.color(*strength, {-1, 1}))
                        : depthColor(palette(), *strength);
  }
  const auto x = static_cast<double>(static_cast<int>(metric)), y = static_cast<double>(row);
  auto* box = new QCPItemRect(&plot());
  box->topLeft->setCoords(x - 0.5, y - 0.5);
  box->bottomRight->setCoords(x + 0.5, y + 0.5);
  box->setPen(QPen(palette().color(QPalette::Base), hasRoom ? 2 : 0.5));
  box->setBrush(fill);
  if (!hasRoom) return;
  auto* label = new QCPItemText(&plot());
  label->position->setCoords(x, y);
  const auto value = metrics.rows[row].of(metric, side);
  label->setText(value ? layerMetricText(metric, *value, isDifference) : "–");
  label->setFont(font());
  label->setColor(strength ? inkOn(fill) : palette().color(QPalette::Text));
}

}  // namespace actscope::gui
