// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/pareto_view.hpp"

#include <QSet>
#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include "models/metric.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

class TimeTicker : public QCPAxisTicker {
 public:
  TimeTicker() { setTickCount(4); }

 protected:
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return metricText(Metric::step, tick);
  }
};

constexpr int shades = 24;  // points of one shade are one graph

}  // namespace

ParetoView::ParetoView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent), m_scale(new QCPColorScale(&plot())) {
  plot().plotLayout()->addElement(0, 1, m_scale);
  m_scale->setBarWidth(14);
  alignScale(plot(), *m_scale);
  m_scale->setGradient(sequentialGradient());
  m_scale->axis()->setTicker(QSharedPointer<QCPAxisTicker>(new TimeTicker));
  plot().setAutoAddPlottableToLegend(false);
  plot().setInteractions(QCP::iNone);
  plot().setSelectionRectMode(QCP::srmCustom);
  plot().setToolTip(
      tr("Click a configuration to see its seeds; drag a rectangle to show only what is in it; "
         "Escape shows all."));
  plot().yAxis->setLabel(tr("Held-out accuracy (%)"));
  plot().xAxis->setLabel(tr("Kept for backward (log scale)"));
  plot().xAxis->setScaleType(QCPAxis::stLogarithmic);
  plot().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new BytesTicker(true)));
  connect(plot().selectionRect(), &QCPSelectionRect::accepted, this,
          [this](const QRect& pixels) { brush(pixels); });
  connect(&plot(), &QCustomPlot::mouseRelease, this,
          [this](QMouseEvent* event) { selectNearest(event->pos()); });
}

void ParetoView::draw() {
  m_pareto = paretoOf(store().configurations(), store().runs().size(), selection());
  fillParetoTable(twin(), m_pareto);
  setMessage(m_pareto.message);
  setCaption(
      tr("Held-out accuracy against bytes kept for backward: means over the seeds, and where they "
         "lie with 95 %"));
  const bool isEmpty = m_pareto.points.empty();
  plot().legend->clearItems();
  plot().legend->setVisible(!isEmpty);
  plot().axisRect()->setVisible(!isEmpty);
  m_scale->setVisible(!isEmpty);
  if (isEmpty) return;
  styleAxis(*m_scale->axis(), palette());
  m_scale->axis()->setLabel(tr("Step time"));
  const double room = m_pareto.slowest > m_pareto.fastest ? 0 : 0.05 * m_pareto.slowest;
  m_scale->setDataRange({m_pareto.fastest - room, m_pareto.slowest + room});
  fitAxes();
  plot().replot();  // labels are placed by pixels, which are known from here on
  drawFront();
  drawIntervals();
  drawPoints();
  drawSeeds();
  drawLabels();
  placeLegend();
}

void ParetoView::fitAxes() {
  double low = INFINITY, high = -INFINITY;
  for (const ParetoPoint& point : m_pareto.points) {
    for (const ParetoSeed& seed : point.seeds) {
      low = std::min(low, 100 * seed.accuracyRatio);
      high = std::max(high, 100 * seed.accuracyRatio);
    }
  }
  const double span = high > low ? high - low : 1;
  // Intervals are seen whole unless they are much wider than what they belong to.
  double lower = low, upper = high;
  for (const ParetoPoint& point : m_pareto.points) {
    if (!point.accuracy) continue;
    lower = std::min(lower, std::max(100 * point.accuracy->low, low - span / 2));
    upper = std::max(upper, std::min(100 * point.accuracy->high, high + span / 2));
  }
  plot().yAxis->setRange(lower - 0.12 * span, upper + 0.12 * span);
  // The points are sorted by saved bytes.
  plot().xAxis->setRange(m_pareto.points.front().savedBytes / 1.5,
                         m_pareto.points.back().savedBytes * 1.6);
}

void ParetoView::drawFront() {
  for (int training = 0; training < m_pareto.trainings; ++training) {
    QVector<double> x, y;
    for (const ParetoPoint& point : m_pareto.points) {
      if (!point.isFront || point.training != training) continue;
      x << point.savedBytes;
      y << 100 * point.accuracyRatio;
    }
    // From the last point on more bytes bring nothing.
    x << plot().xAxis->range().upper;
    y << y.back();
    QCPGraph* front = plot().addGraph();
    front->setData(x, y, true);
    front->setLineStyle(QCPGraph::lsStepLeft);
    front->setPen(QPen(palette().color(QPalette::Text), 1.2, Qt::DashLine));
    if (training > 0) continue;
    front->setName(m_pareto.trainings > 1 ? tr("Pareto fronts, one a training")
                                          : tr("Pareto front"));
    front->addToLegend();
  }
}

void ParetoView::drawPoints() {
  struct Look {
    bool isBaseline, isInFront;
    int shade;
    auto operator<=>(const Look&) const = default;
  };
  std::map<Look, std::pair<QVector<double>, QVector<double>>> groups;
  const double span = m_pareto.slowest - m_pareto.fastest;
  for (const ParetoPoint& point : m_pareto.points) {
    const double share = span > 0 ? (point.stepTimeS - m_pareto.fastest) / span : 0.5;
    const int shade =
        point.stepTimeS > 0 ? static_cast<int>(std::lround(share * (shades - 1))) : -1;
    auto& [x, y] = groups[{point.isBaseline, point.isInFront, shade}];
    x << point.savedBytes;
    y << 100 * point.accuracyRatio;
  }
  const QColor text = palette().color(QPalette::Text);
  QCPColorGradient gradient = sequentialGradient();
  for (const auto& [look, places] : groups) {
    QColor fill = look.shade < 0 ? palette().color(QPalette::Base)
                                 : QColor::fromRgb(gradient.color(look.shade, {0, shades - 1}));
    QColor edge = text;
    if (!look.isInFront) {
      fill.setAlphaF(0.2F);
      edge.setAlphaF(0.2F);
    }
    QCPGraph* graph = plot().addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    const auto shape = look.isBaseline ? QCPScatterStyle::ssDiamond : QCPScatterStyle::ssCircle;
    graph->setScatterStyle({shape, QPen(edge, 1), QBrush(fill), look.isBaseline ? 13.0 : 9.0});
    graph->setData(places.first, places.second);
  }
  // The legend shows shapes; colors are explained by the color scale.
  for (const bool isBaseline : {true, false}) {
    QCPGraph* sample = plot().addGraph();
    sample->setLineStyle(QCPGraph::lsNone);
    const auto shape = isBaseline ? QCPScatterStyle::ssDiamond : QCPScatterStyle::ssCircle;
    sample->setScatterStyle({shape, QPen(text, 1), Qt::NoBrush, isBaseline ? 13.0 : 9.0});
    sample->setName(isBaseline ? tr("baseline") : tr("configuration"));
    sample->addToLegend();
  }
}

// Where the means lie with 95 %, as far as the axes reach.
void ParetoView::drawIntervals() {
  for (const bool isInFront : {false, true}) {
    QVector<double> x, y, below, above;
    for (const ParetoPoint& point : m_pareto.points) {
      if (!point.accuracy || point.isInFront != isInFront) continue;
      x << point.savedBytes;
      y << 100 * point.accuracyRatio;
      below << 100 * (point.accuracyRatio - point.accuracy->low);
      above << 100 * (point.accuracy->high - point.accuracyRatio);
    }
    if (x.isEmpty()) continue;
    QCPGraph* means = plot().addGraph();
    means->setLineStyle(QCPGraph::lsNone);
    means->setData(x, y);
    auto* whiskers = new QCPErrorBars(plot().xAxis, plot().yAxis);
    whiskers->setDataPlottable(means);
    whiskers->setErrorType(QCPErrorBars::etValueError);
    whiskers->setData(below, above);
    whiskers->setSymbolGap(8);
    whiskers->setWhiskerWidth(6);
    QColor color = palette().color(QPalette::Text);
    color.setAlphaF(isInFront ? 0.55F : 0.15F);
    whiskers->setPen(QPen(color, 1));
  }
}

const ParetoPoint* ParetoView::current() const {
  for (const ParetoPoint& point : m_pareto.points) {
    if (point.holds(selection().current())) return &point;
  }
  return nullptr;
}

// The runs of the current configuration, which its mean is made of.
void ParetoView::drawSeeds() {
  const ParetoPoint* point = current();
  if (point == nullptr || point->seeds.size() < 2) return;
  const auto addDots = [&](bool isCurrent) {
    QCPGraph* dots = plot().addGraph();
    dots->setLineStyle(QCPGraph::lsNone);
    const QColor text = palette().color(QPalette::Text);
    dots->setScatterStyle({QCPScatterStyle::ssCircle, QPen(text, 1.5),
                           isCurrent ? QBrush(text) : QBrush(palette().color(QPalette::Base)), 5});
    for (const ParetoSeed& seed : point->seeds) {
      if ((seed.key == selection().current()) != isCurrent) continue;
      dots->addData(seed.savedBytes, 100 * seed.accuracyRatio);
    }
  };
  addDots(false);
  addDots(true);
}

QPointF ParetoView::pixelOf(double savedBytes, double accuracyRatio) const {
  return {plot().xAxis->coordToPixel(savedBytes), plot().yAxis->coordToPixel(100 * accuracyRatio)};
}

QPointF ParetoView::pixelOf(const ParetoPoint& point) const {
  return pixelOf(point.savedBytes, point.accuracyRatio);
}

void ParetoView::drawLabels() {
  m_labels.clear();
  for (const ParetoPoint& point : m_pareto.points) {
    const bool isCurrent = point.holds(selection().current());
    QStringList words;
    if (point.isA) words << "A";
    if (point.isB) words << "B";
    if ((point.isLabeled && point.isInFront) || point.isA || point.isB || isCurrent) {
      words << point.label;
    }
    if (words.isEmpty()) continue;
    addLabel(point, words.join("  "));
    if (!point.isA && !point.isB && !isCurrent) continue;
    QCPGraph* ring = plot().addGraph();
    ring->setLineStyle(QCPGraph::lsNone);
    const QColor color = point.isA   ? colorOfA(palette())
                         : point.isB ? colorOfB(palette())
                                     : palette().color(QPalette::Text);
    ring->setScatterStyle({QCPScatterStyle::ssCircle, QPen(color, 2.5), Qt::NoBrush, 20});
    ring->addData(point.savedBytes, 100 * point.accuracyRatio);
  }
}

// Whether the line of a front crosses the place; it runs level from each point to the next.
bool ParetoView::isOnFront(const QRectF& place) const {
  const double right = plot().axisRect()->right();
  for (int training = 0; training < m_pareto.trainings; ++training) {
    std::optional<QPointF> from;
    for (const ParetoPoint& point : m_pareto.points) {
      if (!point.isFront || point.training != training) continue;
      const QPointF to = pixelOf(point);
      if (from && place.intersects(QRectF(*from, QSizeF(to.x() - from->x(), 1)))) return true;
      from = to;
    }
    if (from && place.intersects(QRectF(*from, QSizeF(right - from->x(), 1)))) return true;
  }
  return false;
}

// Puts the label on the side where it covers the fewest points and other labels.
void ParetoView::addLabel(const ParetoPoint& point, const QString& text) {
  const QPointF at = pixelOf(point);
  const QSizeF size = fontMetrics().size(Qt::TextSingleLine, text) + QSize(4, 0);
  constexpr double away = 11;
  QRectF best;
  Qt::Alignment alignment;
  int fewest = INT_MAX;
  for (const Qt::Alignment side :
       {Qt::AlignLeft | Qt::AlignBottom, Qt::AlignRight | Qt::AlignBottom,
        Qt::AlignLeft | Qt::AlignTop, Qt::AlignRight | Qt::AlignTop}) {
    QRectF place({0, 0}, size);
    // An item that is aligned left stands to the right of its position.
    if (side.testFlag(Qt::AlignLeft)) place.moveLeft(at.x() + away);
    if (side.testFlag(Qt::AlignRight)) place.moveRight(at.x() - away);
    if (side.testFlag(Qt::AlignBottom)) place.moveBottom(at.y() - away / 3);
    if (side.testFlag(Qt::AlignTop)) place.moveTop(at.y() + away / 3);
    int covered = plot().axisRect()->rect().contains(place.toRect()) ? 0 : 1000;
    for (const QRectF& label : m_labels) covered += label.intersects(place) ? 100 : 0;
    for (const ParetoPoint& other : m_pareto.points) {
      covered += place.adjusted(-7, -7, 7, 7).contains(pixelOf(other)) ? 10 : 0;
    }
    covered += isOnFront(place) ? 5 : 0;
    if (covered >= fewest) continue;
    fewest = covered;
    best = place;
    alignment = side;
  }
  m_labels << best;
  auto* label = new QCPItemText(&plot());
  label->position->setCoords(point.savedBytes, 100 * point.accuracyRatio);
  label->setText(text);
  label->setFont(font());
  label->setColor(palette().color(QPalette::Text));
  label->setPositionAlignment(alignment);
  const int margin = static_cast<int>(away);
  label->setPadding(QMargins(margin, margin / 3, margin, margin / 3));
}

void ParetoView::placeLegend() {
  // Into the corner with the fewest points.
  const QRectF area = plot().axisRect()->rect();
  const QSizeF size(area.width() * 0.3, area.height() * 0.3);
  Qt::Alignment best;
  qsizetype fewest = PTRDIFF_MAX;
  for (const Qt::Alignment corner :
       {Qt::AlignBottom | Qt::AlignRight, Qt::AlignBottom | Qt::AlignLeft,
        Qt::AlignTop | Qt::AlignRight, Qt::AlignTop | Qt::AlignLeft}) {
    QRectF place(area.topLeft(), size);
    if (corner.testFlag(Qt::AlignRight)) place.moveRight(area.right());
    if (corner.testFlag(Qt::AlignBottom)) place.moveBottom(area.bottom());
    const auto covered = std::ranges::count_if(
        m_pareto.points, [&](const ParetoPoint& point) { return place.contains(pixelOf(point)); });
    if (covered >= fewest) continue;
    fewest = covered;
    best = corner;
  }
  plot().axisRect()->insetLayout()->setInsetAlignment(0, best);
}

QPoint ParetoView::pixelOf(const QString& key) const {
  for (const ParetoPoint& point : m_pareto.points) {
    if (point.holds(key)) return pixelOf(point).toPoint();
  }
  return {};
}

void ParetoView::brush(const QRect& pixels) {
  // A click is a rectangle, too.
  if (pixels.width() < 4 && pixels.height() < 4) return;
  QSet<QString> keys;
  for (const ParetoPoint& point : m_pareto.points) {
    if (!pixels.normalized().contains(pixelOf(point).toPoint())) continue;
    for (const ParetoSeed& seed : point.seeds) keys.insert(seed.key);
  }
  selection().setBrushed(keys);
}

void ParetoView::selectNearest(const QPoint& pixel) {
  constexpr double reach = 14;
  double nearest = reach * reach;
  QString key;
  const auto offer = [&](const QString& run, const QPointF& place) {
    const QPointF away = place - pixel;
    const double distance = QPointF::dotProduct(away, away);
    if (distance >= nearest) return;
    nearest = distance;
    key = run;
  };
  // Seeds that are shown come before the means that they would lie under.
  if (const ParetoPoint* shown = current(); shown != nullptr && shown->seeds.size() > 1) {
    for (const ParetoSeed& seed : shown->seeds) {
      offer(seed.key, pixelOf(seed.savedBytes, seed.accuracyRatio));
    }
  }
  for (const ParetoPoint& point : m_pareto.points) offer(point.key, pixelOf(point));
  if (!key.isEmpty()) selection().setCurrent(key);
}

}  // namespace actscope::gui
