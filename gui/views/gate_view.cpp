// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/gate_view.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

constexpr std::size_t mostDots = 40;

// Ratios as they are, though the axis is of their logarithms.
class RatioTicker : public QCPAxisTickerLog {
 protected:
  QVector<double> createTickVector(double, const QCPRange& range) override {
    QVector<double> ticks;
    for (const double tick : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0,
                              5.0, 10.0, 20.0, 50.0, 100.0}) {
      if (range.contains(tick)) ticks << tick;
    }
    return ticks;
  }
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return QString::number(tick);
  }
};

QString markedName(const QString& name, const GateDot& dot) {
  QStringList marks;
  if (dot.isPrimary) marks << GateView::tr("primary");
  if (dot.isAdvisory) marks << GateView::tr("advisory");
  if (dot.isWaived) marks << GateView::tr("waived");
  return marks.isEmpty() ? name : QString("%1 (%2)").arg(name, marks.join(", "));
}

}  // namespace

GateView::GateView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_document(addChoice(controls(), tr("&Document"))),
      m_same(new QCheckBox(tr("&Also what is the same"), this)) {
  controls().addWidget(m_same);
  controls().addStretch(1);
  connect(m_document, &QComboBox::currentIndexChanged, this, &GateView::refreshSoon);
  connect(m_same, &QCheckBox::toggled, this, &GateView::refreshSoon);
  plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot().axisRect()->setRangeZoom(Qt::Horizontal);
  plot().axisRect()->setRangeDrag(Qt::Horizontal);
  plot().xAxis->setScaleType(QCPAxis::stLogarithmic);
  plot().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new RatioTicker));
  plot().xAxis->setLabel(tr("Candidate over baseline (log scale)"));
  connect(&plot(), &QCustomPlot::mouseDoubleClick, this, &GateView::refreshSoon);
}

void GateView::draw() {
  QStringList names;
  for (const GatePointer& gate : store().documents().gates) names << gate->name;
  setItems(*m_document, names);
  m_document->setEnabled(names.size() > 1);
  const int chosen = m_document->currentIndex();
  const GateEntry* gate =
      chosen < 0 ? nullptr : store().documents().gates[static_cast<std::size_t>(chosen)].get();
  const reports::GateResult* result = gate == nullptr ? nullptr : gate->record.get();
  fillGateTable(twin(), result, m_same->isChecked());
  const auto dots =
      result == nullptr ? std::vector<GateDot>() : gateDots(*result, m_same->isChecked(), mostDots);
  plot().axisRect()->setVisible(!dots.empty());
  if (gate == nullptr) {
    setMessage(tr("No gate.json is open: actscope gate … --output gate.json writes one."));
  } else {
    setMessage(result == nullptr
                   ? gate->reason
                   : QString(gateHeadline(*result) + ' ' + gateMeasuring(*result)).trimmed());
  }
  setCaption(gate == nullptr ? QString()
                             : tr("Gate of %1: candidate over baseline").arg(gate->name));
  if (dots.empty()) return;
  drawAxes(dots);
  if (result->timing) drawBand(result->timing->band_ratio);
  drawDots(dots);
}

QColor GateView::colorOf(GateDot::Side side) const {
  QCPColorGradient gradient = divergingGradient(palette(), false);
  switch (side) {
    case GateDot::Side::worse:
      return QColor::fromRgb(gradient.color(1, {-1, 1}));
    case GateDot::Side::better:
      return QColor::fromRgb(gradient.color(-1, {-1, 1}));
    case GateDot::Side::same:
    case GateDot::Side::open:
      break;
  }
  return palette().color(QPalette::Base);
}

// The first row on top.
void GateView::drawAxes(const std::vector<GateDot>& dots) {
  const QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
  double low = 0.9, high = 1.1;
  for (std::size_t i = 0; i < dots.size(); ++i) {
    const QString name = fontMetrics().elidedText(dots[i].metric, Qt::ElideMiddle, 220);
    names->addTick(-static_cast<double>(i), markedName(name, dots[i]));
    low = std::min({low, dots[i].ratio / 1.1, std::max(dots[i].low, dots[i].ratio / 3)});
    high = std::max({high, dots[i].ratio * 1.1, std::min(dots[i].high, dots[i].ratio * 3)});
  }
  plot().yAxis->setTicker(names);
  plot().yAxis->setSubTicks(false);
  plot().yAxis->grid()->setZeroLinePen(Qt::NoPen);  // 0 is the first row
  plot().yAxis->setTickLength(0);
  plot().yAxis->setRange(-static_cast<double>(dots.size()) + 0.4, 0.6);
  plot().xAxis->setRange(low / 1.04, high * 1.04);
  auto* one = new QCPItemStraightLine(&plot());
  one->point1->setCoords(1, 0);
  one->point2->setCoords(1, 1);
  one->setPen(QPen(palette().color(QPalette::Text), 1.2, Qt::DashLine));
}

// Changes of times within it are noise at least; a metric's own band may be wider.
void GateView::drawBand(double ratio) {
  auto* band = new QCPItemRect(&plot());
  band->topLeft->setTypeX(QCPItemPosition::ptPlotCoords);
  band->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
  band->bottomRight->setTypeX(QCPItemPosition::ptPlotCoords);
  band->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
  band->topLeft->setCoords(1 / (1 + ratio), 0);
  band->bottomRight->setCoords(1 + ratio, 1);
  band->setPen(Qt::NoPen);
  QColor shade = palette().color(QPalette::Text);
  shade.setAlphaF(0.1F);
  band->setBrush(shade);
}

void GateView::drawDots(const std::vector<GateDot>& dots) {
  const QColor text = palette().color(QPalette::Text);
  for (std::size_t i = 0; i < dots.size(); ++i) {
    const GateDot& dot = dots[i];
    const double y = -static_cast<double>(i);
    if (dot.low < dot.high) {
      auto* interval = new QCPItemLine(&plot());
      interval->start->setCoords(std::max(dot.low, 1e-9), y);
      interval->end->setCoords(dot.high, y);
      interval->setPen(QPen(text, 1));
      interval->setHead(QCPLineEnding::esBar);
      interval->setTail(QCPLineEnding::esBar);
    }
    QCPGraph* mark = plot().addGraph();
    mark->setLineStyle(QCPGraph::lsNone);
    // A shape beside the color: better and worse are told apart without it, too.
    const auto shape = dot.side == GateDot::Side::worse    ? QCPScatterStyle::ssTriangle
                       : dot.side == GateDot::Side::better ? QCPScatterStyle::ssTriangleInverted
                                                           : QCPScatterStyle::ssCircle;
    mark->setScatterStyle({shape, QPen(text, 1),
                           dot.isAdvisory ? QBrush(Qt::NoBrush) : QBrush(colorOf(dot.side)), 10});
    mark->addData(dot.ratio, y);
  }
}

}  // namespace actscope::gui
