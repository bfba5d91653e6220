// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/bench_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

#include "views/choice.hpp"
#include "views/heat_cells.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

// A ratio is colored by its logarithm: half the time is as far from 1 as twice the time.
double coloredOf(BenchFigure figure, double value) {
  return isRatio(figure) ? std::log2(std::max(value, 1e-9)) : value;
}

class FigureTicker : public QCPAxisTicker {
 public:
  explicit FigureTicker(BenchFigure figure) : m_figure(figure) { setTickCount(4); }

 protected:
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return benchText(m_figure, isRatio(m_figure) ? std::exp2(tick) : tick);
  }

 private:
  BenchFigure m_figure;
};

}  // namespace

BenchView::BenchView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent), m_scale(new QCPColorScale(&plot())) {
  m_document = addChoice(controls(), tr("&Document"));
  m_variant = addChoice(controls(), tr("&Measured on"));
  m_shape = addChoice(controls(), tr("Sha&pe"));
  m_figure = addChoice(controls(), tr("Fi&gure"), benchFigures());
  controls().addStretch(1);
  for (QComboBox* choice : {m_document, m_variant, m_shape, m_figure}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &BenchView::refreshSoon);
  }
  plot().plotLayout()->addElement(0, 1, m_scale);
  m_scale->setBarWidth(14);
  alignScale(plot(), *m_scale);
  plot().setInteractions(QCP::iNone);
}

void BenchView::fillChoices() {
  QStringList names;
  for (const BenchPointer& document : store().benches()) names << document->name;
  setItems(*m_document, names);
  const int chosen = m_document->currentIndex();
  m_query.document = chosen < 0 ? nullptr : store().benches()[static_cast<std::size_t>(chosen)];
  setItems(*m_variant, benchVariants(m_query.document));
  setItems(*m_shape, benchShapes(m_query.document));
  for (QComboBox* choice : {m_document, m_variant, m_shape}) {
    choice->setEnabled(choice->count() > 1);
  }
}

void BenchView::draw() {
  fillChoices();
  m_query.variant = m_variant->currentText();
  m_query.shape = m_shape->currentText();
  m_query.figure = static_cast<BenchFigure>(std::max(0, m_figure->currentIndex()));
  m_map = benchMapOf(m_query);
  fillBenchTable(twin(), m_query);
  setMessage(m_map.message);
  setCaption(
      tr("%1 of %2, %3: %4")
          .arg(m_figure->currentText(), m_query.shape, m_query.variant, m_document->currentText()));
  setHeatAxes(plot(), m_map, HeatPanels(m_map, 1));
  const bool isEmpty = m_map.isEmpty();
  plot().axisRect()->setVisible(!isEmpty);
  setScale();
  for (int row = 0; row < m_map.rows.size(); ++row) {
    for (int column = 0; column < m_map.columns.size(); ++column) {
      const HeatCell& cell = m_map.at(row, column);
      QColor fill = palette().color(QPalette::Base);
      if (cell.state == HeatCell::State::measured) {
        fill = QColor::fromRgb(
            m_scale->gradient().color(coloredOf(m_query.figure, cell.value), m_scale->dataRange()));
      }
      drawHeatCell(plot(), palette(), cell, QPointF(column, row), fill, cell.text);
    }
  }
}

void BenchView::setScale() {
  double low = INFINITY, high = -INFINITY;
  for (const HeatCell& cell : m_map.cells) {
    if (cell.state != HeatCell::State::measured) continue;
    low = std::min(low, coloredOf(m_query.figure, cell.value));
    high = std::max(high, coloredOf(m_query.figure, cell.value));
  }
  m_scale->setVisible(low <= high);
  if (low > high) low = high = 0;
  if (isRatio(m_query.figure)) {
    high = std::max({std::abs(low), std::abs(high), 0.1});
    low = -high;
  } else {
    const double room = std::max(1e-9, 0.05 * std::abs(high) - (high - low)) / 2;
    low -= room;
    high += room;
  }
  m_scale->setGradient(isRatio(m_query.figure) ? divergingGradient(palette(), false)
                                               : sequentialGradient());
  m_scale->setDataRange({low, high});
  m_scale->axis()->setTicker(QSharedPointer<QCPAxisTicker>(new FigureTicker(m_query.figure)));
  styleAxis(*m_scale->axis(), palette());
  m_scale->axis()->setLabel(m_figure->currentText());
}

}  // namespace actscope::gui
