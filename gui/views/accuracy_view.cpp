// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/accuracy_view.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QHash>
#include <algorithm>
#include <cmath>

#include "actscope/base/error.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

// Whole numbers only: there is no half epoch.
class CountTicker : public QCPAxisTicker {
 protected:
  double getTickStep(const QCPRange& range) override {
    return std::max(1.0, QCPAxisTicker::getTickStep(range));
  }
  int getSubTickCount(double) override { return 0; }
};

}  // namespace

AccuracyView::AccuracyView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_figure(addChoice(controls(), tr("Fig&ure"), {tr("Accuracy"), tr("Loss")})),
      m_axis(addChoice(controls(), tr("A&gainst"), {tr("step"), tr("epoch"), tr("time")})),
      m_train(new QCheckBox(tr("&Train"), this)),
      m_heldout(new QCheckBox(tr("Hel&d-out"), this)),
      m_smoothing(new QDoubleSpinBox(this)) {
  m_axis->setCurrentIndex(static_cast<int>(CurveAxis::epoch));
  for (QCheckBox* box : {m_heldout, m_train}) {
    box->setChecked(true);
    controls().addWidget(box);
    connect(box, &QCheckBox::toggled, this, &AccuracyView::refreshSoon);
  }
  m_smoothing->setRange(0, 0.99);
  m_smoothing->setSingleStep(0.1);
  m_smoothing->setPrefix(tr("smooth "));
  m_smoothing->setToolTip(
      tr("Weight of the past in an exponential mean; the raw line stays faint."));
  controls().addWidget(m_smoothing);
  controls().addStretch(1);
  connect(m_smoothing, &QDoubleSpinBox::valueChanged, this, &AccuracyView::refreshSoon);
  for (QComboBox* choice : {m_figure, m_axis}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &AccuracyView::refreshSoon);
  }

  plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom | QCP::iSelectPlottables);
  plot().setToolTip(
      tr("Drag to pan, wheel to zoom, double click to fit, click a line to pick its run."));
  placeLegendAside(plot());
  connect(&plot(), &QCustomPlot::mouseDoubleClick, this, &AccuracyView::refreshSoon);
  connect(&plot(), &QCustomPlot::plottableClick, this, [this](QCPAbstractPlottable* line) {
    this->selection().setCurrent(line->property("key").toString());
  });
}

void AccuracyView::setOptions(const ViewOptions& options) {
  ViewOptions others = options;
  if (!options.metric.isEmpty()) {
    const auto index = static_cast<int>(QStringList{"accuracy", "loss"}.indexOf(options.metric));
    if (index < 0) {
      throw ConfigError(error_text("unknown metric '" + options.metric.toStdString() + "'",
                                   "there are accuracy, loss", "give one of these"));
    }
    m_figure->setCurrentIndex(index);
  }
  others.metric.clear();
  View::setOptions(others);
}

CurveQuery AccuracyView::query() const {
  CurveQuery query;
  query.axis = static_cast<CurveAxis>(m_axis->currentIndex());
  query.figure = static_cast<CurveFigure>(m_figure->currentIndex());
  query.isTrainShown = m_train->isChecked();
  query.isHeldoutShown = m_heldout->isChecked();
  query.smoothing = m_smoothing->value();
  return query;
}

void AccuracyView::draw() {
  const CurveQuery asked = query();
  const Curves curves = curvesOf(store().configurations(), selection(), asked);
  fillCurveTable(twin(), curves, asked);
  setMessage(curves.message);
  setCaption(tr("%1 against %2: means over the seeds, bands from the lowest to the highest")
                 .arg(m_figure->currentText(), m_axis->currentText()) +
             (selection().side() == Side::difference ? tr(", B − A") : QString()));
  plot().legend->clearItems();
  plot().legend->setVisible(!curves.lines.empty());
  QHash<QString, int> series;
  for (const Curve& line : curves.lines) {
    if (line.isA || line.isB || series.contains(line.key)) continue;
    series.insert(line.key, static_cast<int>(series.size()));
  }
  // Where there are many lines, those of A and B are the ones to be read.
  constexpr qsizetype crowd = 8;
  m_isCrowded = series.size() > crowd && std::ranges::any_of(curves.lines, [](const Curve& line) {
                  return line.isA || line.isB;
                });
  // What is drawn last lies on top: A and B.
  QList<QCPGraph*> graphs;
  for (auto line = curves.lines.rbegin(); line != curves.lines.rend(); ++line) {
    graphs.prepend(drawCurve(*line, series.value(line->key)));
  }
  fillLegend(curves, graphs);
  fitAxes(curves, asked);
}

void AccuracyView::fillLegend(const Curves& curves, const QList<QCPGraph*>& graphs) {
  constexpr int most = 20;
  int unnamed = 0;
  const bool areBoth = m_train->isChecked() && m_heldout->isChecked();
  const QColor text = palette().color(QPalette::Text);
  for (const bool isTrain : {false, true}) {
    if (!areBoth || curves.lines.empty()) break;
    QCPGraph* sample = plot().addGraph();
    sample->setPen(QPen(text, 1.4, isTrain ? Qt::DashLine : Qt::SolidLine));
    sample->setScatterStyle({QCPScatterStyle::ssCircle, QPen(text, 1.2),
                             isTrain ? palette().brush(QPalette::Base) : QBrush(text), 7});
    sample->setName(isTrain ? tr("train") : tr("held-out"));
    sample->addToLegend();
  }
  for (std::size_t i = 0; i < curves.lines.size(); ++i) {
    // A run is named once; there is room for so many.
    if ((curves.lines[i].isTrain && areBoth) || curves.lines[i].isSeed) continue;
    if (plot().legend->itemCount() < most) {
      graphs[static_cast<qsizetype>(i)]->addToLegend();
    } else {
      ++unnamed;
    }
  }
  if (unnamed == 0) return;
  QCPGraph* rest = plot().addGraph();
  rest->setPen(Qt::NoPen);
  rest->setName(tr("and %1 more").arg(unnamed));
  rest->addToLegend();
}

void AccuracyView::fitAxes(const Curves& curves, const CurveQuery& asked) {
  const bool isAccuracy = asked.figure == CurveFigure::accuracy;
  const bool isDifference = selection().side() == Side::difference;
  const double unit = isAccuracy ? 100 : 1;
  plot().xAxis->setLabel(asked.axis == CurveAxis::time    ? tr("Training time (s)")
                         : asked.axis == CurveAxis::epoch ? tr("Epochs finished")
                                                          : tr("Steps finished"));
  plot().yAxis->setLabel(
      (isAccuracy ? (isDifference ? tr("Accuracy (percentage points)") : tr("Accuracy (%)"))
                  : tr("Loss")) +
      (isDifference ? tr(", B − A") : QString()));
  double last = 0, low = INFINITY, high = -INFINITY;
  for (const Curve& curve : curves.lines) {
    last = std::max(last, curve.x.back());
    for (const double y : curve.raw) {
      low = std::min(low, y * unit);
      high = std::max(high, y * unit);
    }
  }
  if (curves.lines.empty()) return;
  const double room = high > low ? 0.06 * (high - low) : 1;
  plot().yAxis->setRange(low - room, high + room);
  plot().xAxis->setRange(0, last > 0 ? 1.06 * last : 1);
  plot().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(
      asked.axis == CurveAxis::time ? new QCPAxisTicker : new CountTicker));
}

// From the lowest seed to the highest, behind the line of their mean.
void AccuracyView::addBand(const QVector<double>& x, const QVector<double>& low,
                           const QVector<double>& high, QColor color) {
  QCPGraph* lower = plot().addGraph();
  QCPGraph* upper = plot().addGraph();
  lower->setData(x, low, true);
  upper->setData(x, high, true);
  color.setAlphaF(m_isCrowded ? 0.06F : 0.16F);
  for (QCPGraph* edge : {lower, upper}) {
    edge->setPen(Qt::NoPen);
    edge->setSelectable(QCP::stNone);
  }
  upper->setBrush(color);
  upper->setChannelFillGraph(lower);
}

QCPGraph* AccuracyView::drawCurve(const Curve& curve, int series) {
  const double unit = query().figure == CurveFigure::accuracy ? 100 : 1;
  const bool isPicked = curve.isA || curve.isB;
  QColor color = curve.isA   ? colorOfA(palette())
                 : curve.isB ? colorOfB(palette())
                             : seriesColor(palette(), series);
  if (!curve.isInFront) color.setAlphaF(0.3F);
  if (!isPicked && m_isCrowded) color.setAlphaF(0.4F);
  const auto values = [unit](QVector<double> ratios) {
    for (double& ratio : ratios) ratio *= unit;
    return ratios;
  };
  if (!curve.low.isEmpty()) addBand(curve.x, values(curve.low), values(curve.high), color);
  if (curve.isSeed) color.setAlphaF(0.6F);
  if (curve.smooth != curve.raw) {
    QColor faint = color;
    faint.setAlphaF(0.25F);
    QCPGraph* raw = plot().addGraph();
    raw->setPen(QPen(faint, 1));
    raw->setData(curve.x, values(curve.raw), true);
  }
  QCPGraph* line = plot().addGraph();
  const Qt::PenStyle dash = curve.isTrain ? Qt::DashLine : seriesDash(series);
  line->setPen(QPen(color, curve.isSeed ? 0.8 : isPicked ? 2.6 : 1.4, dash));
  const auto shape = curve.isA   ? QCPScatterStyle::ssCircle
                     : curve.isB ? QCPScatterStyle::ssSquare
                                 : seriesShape(series);
  const QBrush fill = curve.isTrain ? palette().brush(QPalette::Base) : QBrush(color);
  // Markers would hide the line where there are many points.
  if (curve.x.size() <= 60 && !curve.isSeed)
    line->setScatterStyle({shape, QPen(color, 1.4), fill, isPicked ? 9.0 : 7.0});
  line->setData(curve.x, values(curve.smooth), true);
  line->setProperty("key", curve.key);
  line->setSelectionDecorator(nullptr);
  const QString mark = curve.isDifference ? "" : curve.isA ? "A  " : curve.isB ? "B  " : "";
  line->setName(mark + fontMetrics().elidedText(curve.name, Qt::ElideMiddle, 190));
  return line;
}

}  // namespace actscope::gui
