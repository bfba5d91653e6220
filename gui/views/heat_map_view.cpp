// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heat_map_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>
#include <utility>

#include "actscope/base/error.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

const QString allSchemes = "all, side by side";

// Figures of the color scale in the unit of the metric.
class MetricTicker : public QCPAxisTicker {
 public:
  MetricTicker(Metric metric, bool isChange) : m_metric(metric), m_isChange(isChange) {
    setTickCount(4);
  }

 protected:
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    if (std::abs(tick) < 1e-12) tick = 0;
    return m_isChange ? changeText(m_metric, tick) : metricText(m_metric, tick);
  }
  // A label that repeats the one below it is left out.
  QVector<QString> createLabelVector(const QVector<double>& ticks, const QLocale& locale,
                                     QChar format, int precision) override {
    QVector<QString> labels = QCPAxisTicker::createLabelVector(ticks, locale, format, precision);
    for (qsizetype i = labels.size() - 1; i > 0; --i) {
      if (labels[i] == labels[i - 1]) labels[i].clear();
    }
    return labels;
  }

 private:
  Metric m_metric;
  bool m_isChange;
};

}  // namespace

HeatMapView::HeatMapView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent), m_scale(new QCPColorScale(&plot())) {
  addChoices();
  plot().plotLayout()->addElement(0, 1, m_scale);
  m_scale->setBarWidth(14);
  alignScale(plot(), *m_scale);
  plot().setInteractions(QCP::iNone);
  plot().installEventFilter(this);
  plot().setToolTip(tr("Click a cell, or use the arrow keys: its run becomes current everywhere."));
  connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
    const auto spot = m_panels.spotAt({plot().xAxis->pixelToCoord(event->pos().x()),
                                       plot().yAxis->pixelToCoord(event->pos().y())});
    if (spot && !m_map.isEmpty()) select(*spot);
  });
}

void HeatMapView::addChoices() {
  m_scheme = addChoice(controls(), tr("&Scheme"));
  m_metric = addChoice(controls(), tr("&Metric"));
  for (const MetricFacts& facts : metrics()) m_metric->addItem(facts.title);
  m_reference = addChoice(controls(), tr("Va&lues"),
                          {tr("as measured"), tr("against dense"), tr("against A")});
  m_group = addChoice(controls(), tr("Runs &of"));
  m_group->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_group->setMinimumContentsLength(28);
  controls().addStretch(1);
  auto* second = new QHBoxLayout;
  second->setSpacing(controls().spacing());
  m_rows = addChoice(*second, tr("Ro&ws"));
  m_columns = addChoice(*second, tr("Colum&ns"));
  m_outline = addChoice(*second, tr("Outl&ine"));
  m_outline->addItem(tr("none"));
  for (const double points : {0.0, 0.5, 1.0, 2.0, 5.0}) {
    m_outline->addItem(
        points == 0 ? tr("loses no accuracy") : tr("loses at most %1 points").arg(points), points);
  }
  m_outline->setToolTip(
      tr("A line around the cells whose mean held-out accuracy, against the "
         "dense run of the same seed, loses no more"));
  second->addStretch(1);
  body().insertLayout(1, second);
  for (QComboBox* choice :
       {m_group, m_scheme, m_metric, m_reference, m_rows, m_columns, m_outline}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &HeatMapView::refreshSoon);
  }
}

void HeatMapView::setOptions(const ViewOptions& options) {
  if (!options.metric.isEmpty()) {
    const auto metric = metricNamed(options.metric);
    if (!metric) {
      std::string known;
      for (const MetricFacts& facts : metrics())
        known += (known.empty() ? "" : ", ") + std::string(facts.id);
      throw ConfigError(error_text("unknown metric '" + options.metric.toStdString() + "'",
                                   "there are " + known, "give one of these"));
    }
    m_metric->setCurrentIndex(static_cast<int>(*metric));
  }
  const auto setAxis = [this](QComboBox& choice, const char* name, const QString& field) {
    if (field.isEmpty()) return;
    fillChoices();
    const int index = choice.findData(field);
    if (index < 0) {
      QStringList known;
      for (int i = 0; i < choice.count(); ++i) known << choice.itemData(i).toString();
      throw ConfigError(error_text(std::string(name) + " cannot be " + field.toStdString(),
                                   "these runs differ in " + known.join(", ").toStdString(),
                                   "give one of these"));
    }
    choice.setCurrentIndex(index);
  };
  setAxis(*m_rows, "--rows", options.rows);
  setAxis(*m_columns, "--columns", options.columns);
  if (!options.scheme.isEmpty()) {
    fillChoices();
    const int index = m_scheme->findText(options.scheme);
    if (index < 0) {
      throw ConfigError(
          error_text("no run with blocks has the scheme '" + options.scheme.toStdString() + "'"));
    }
    m_scheme->setCurrentIndex(index);
  }
  if (!options.reference.isEmpty()) {
    const int index =
        static_cast<int>(QStringList{"none", "dense", "a"}.indexOf(options.reference));
    if (index < 0) {
      throw ConfigError(error_text("unknown reference '" + options.reference.toStdString() + "'",
                                   "there are none, dense, a", "give one of these"));
    }
    m_reference->setCurrentIndex(index);
  }
}

QStringList HeatMapView::axes() const {
  return {m_rows->currentData().toString(), m_columns->currentData().toString()};
}

void HeatMapView::fillChoices() {
  const std::vector<HeatAxis> fields = heatAxes(store().runs());
  for (auto [choice, first] : {std::pair{m_rows, "block"}, std::pair{m_columns, "sparsity"}}) {
    const QSignalBlocker quiet(choice);
    QString chosen = choice->currentData().toString();
    choice->clear();
    for (const HeatAxis& axis : fields) {
      choice->addItem(axis.title.section(" (", 0, 0), axis.field);
    }
    if (choice->findData(chosen) < 0) chosen = first;
    choice->setCurrentIndex(choice->findData(chosen));
  }
  const QStringList groups = heatGroups(store().runs(), axes());
  setItems(*m_group, groups);
  m_group->setToolTip(m_group->currentText());
  m_group->setEnabled(groups.size() > 1);
  QStringList schemes = heatSchemes(store().runs(), m_group->currentText(), axes());
  // Only at the end: what was chosen stays chosen, and the first scheme is one of them.
  if (schemes.size() > 1) schemes << allSchemes;
  setItems(*m_scheme, schemes);
  m_scheme->setEnabled(schemes.size() > 1);
}

void HeatMapView::readChoices() {
  m_query.group = m_group->currentText();
  const QString scheme = m_scheme->currentText();
  m_query.rows = axes().front();
  m_query.columns = axes().back();
  m_query.scheme = scheme == allSchemes || m_query.axes().contains("scheme") ? QString() : scheme;
  m_query.metric = static_cast<Metric>(std::max(0, m_metric->currentIndex()));
  m_query.reference = static_cast<Reference>(m_reference->currentIndex());
  m_query.a = runA();
  m_query.lostPoints.reset();
  if (const QVariant points = m_outline->currentData(); points.isValid()) {
    m_query.lostPoints = points.toDouble();
  }
}

// A run that became current elsewhere is shown: its group and its scheme. Gives whether one did.
bool HeatMapView::followCurrent() {
  if (m_followed == selection().current()) return false;
  m_followed = selection().current();
  const RunPointer run = store().find(m_followed);
  const bool hasPlace = run && run->isReadable() && hasHeatPlace(*run, axes().front()) &&
                        hasHeatPlace(*run, axes().back());
  if (!hasPlace) return true;
  const int group = m_group->findText(heatGroupOf(*run, axes()));
  if (group < 0) return true;
  m_group->setCurrentIndex(group);
  if (m_scheme->currentText() == allSchemes) return true;
  fillChoices();
  m_scheme->setCurrentIndex(std::max(0, m_scheme->findText(heatSchemeOf(*run, axes()))));
  return true;
}

// The cell of a run that became current is marked; a mark means nothing in another map.
void HeatMapView::placeMark(const HeatMap& before, bool isMoved) {
  const bool isOther = m_map.rows != before.rows || m_map.columns != before.columns ||
                       m_map.panels != before.panels || m_query.scheme != m_marked.scheme ||
                       m_query.axes() != m_marked.axes();
  m_marked = m_query;
  if (!isOther && !isMoved) return;
  m_mark.reset();
  const auto columns = static_cast<int>(m_map.columns.size());
  const auto rows = static_cast<int>(m_map.rows.size());
  for (int i = 0; i < static_cast<int>(m_map.cells.size()); ++i) {
    if (!m_map.cells[static_cast<std::size_t>(i)].keys.contains(selection().current())) continue;
    m_mark = HeatSpot{i / columns / rows, i / columns % rows, i % columns};
  }
}

void HeatMapView::draw() {
  fillChoices();
  const bool isMoved = followCurrent();
  readChoices();
  const HeatMap before = std::exchange(m_map, heatMapOf(store().runs(), m_query));
  placeMark(before, isMoved);
  fillHeatTable(twin(), m_map, m_query);
  setMessage(m_map.message);
  const MetricFacts& facts = factsOf(m_query.metric);
  QString caption =
      tr("%1 of %2 %3: %4")
          .arg(facts.title, m_query.scheme.isEmpty() ? tr("every scheme") : m_query.scheme,
               m_reference->currentText(), m_query.group);
  if (m_query.lostPoints) caption += tr("; outlined: %1").arg(m_outline->currentText());
  setCaption(caption);

  const bool isEmpty = m_map.isEmpty();
  m_scale->setVisible(!isEmpty);
  plot().axisRect()->setVisible(!isEmpty);
  m_panels = HeatPanels::fitted(m_map, plot().viewport().width(), plot().viewport().height());
  setHeatAxes(plot(), m_map, m_panels);
  if (isEmpty) return;
  drawScale();
  for (int panel = 0; panel < m_map.panels.size(); ++panel) {
    for (int row = 0; row < m_map.rows.size(); ++row) {
      for (int column = 0; column < m_map.columns.size(); ++column) drawCell({panel, row, column});
    }
  }
  if (m_query.lostPoints) drawHeatOutline(plot(), palette(), m_map, m_panels);
}

void HeatMapView::drawScale() {
  double low = INFINITY, high = -INFINITY;
  for (const HeatCell& cell : m_map.cells) {
    if (cell.state != HeatCell::State::measured) continue;
    low = std::min(low, cell.value);
    high = std::max(high, cell.value);
  }
  m_scale->setVisible(low <= high);
  if (low > high) low = high = 0;
  if (m_map.isChange) {
    high = std::max({std::abs(low), std::abs(high), 1e-6});
    low = -high;
  } else {
    // Differences of a percent do not get the colors of extremes.
    const double least = 0.05 * std::max({std::abs(low), std::abs(high), 1e-9});
    const double room = std::max(0.0, least - (high - low)) / 2;
    low -= room;
    high += room;
  }
  m_scale->setGradient(m_map.isChange ? divergingGradient(palette(), isMoreBetter(m_query.metric))
                                      : sequentialGradient());
  m_scale->setDataRange({low, high});
  m_scale->axis()->setTicker(
      QSharedPointer<QCPAxisTicker>(new MetricTicker(m_query.metric, m_map.isChange)));
  styleAxis(*m_scale->axis(), palette());
  m_scale->axis()->setLabel(
      factsOf(m_query.metric).title +
      (m_map.isChange ? tr(", %1").arg(m_reference->currentText()) : QString()));
}

void HeatMapView::drawCell(const HeatSpot& spot) {
  const HeatCell& cell = m_map.at(spot.row, spot.column, spot.panel);
  QColor fill = palette().color(QPalette::Base);
  if (cell.state == HeatCell::State::measured) {
    fill = QColor::fromRgb(m_scale->gradient().color(cell.value, m_scale->dataRange()));
  }
  const bool isInFront =
      cell.keys.isEmpty() || std::ranges::any_of(cell.keys, [&](const QString& key) {
        return selection().isInFront(key);
      });
  if (!isInFront) fill.setAlphaF(0.2F);
  QStringList marks;
  if (cell.keys.contains(selection().a())) marks << "A";
  if (cell.keys.contains(selection().b())) marks << "B";
  const bool isCurrent = spot == m_mark;
  const QPointF center = m_panels.centerOf(spot);
  drawHeatCell(plot(), palette(), cell, center, fill,
               cell.text + (marks.isEmpty() ? QString() : "\n" + marks.join(' ')));
  if (isCurrent || !marks.isEmpty()) {
    auto* ring = new QCPItemRect(&plot());
    ring->topLeft->setCoords(center + QPointF(-0.48, 0.48));
    ring->bottomRight->setCoords(center + QPointF(0.48, -0.48));
    const QColor color = marks.contains("A")   ? colorOfA(palette())
                         : marks.contains("B") ? colorOfB(palette())
                                               : palette().color(QPalette::Text);
    ring->setPen(QPen(color, 3, isCurrent ? Qt::SolidLine : Qt::DashLine));
    ring->setBrush(Qt::NoBrush);
  }
}

QPoint HeatMapView::pixelOf(int row, int column, int panel) const {
  const QPointF center = m_panels.centerOf({panel, row, column});
  return {static_cast<int>(plot().xAxis->coordToPixel(center.x())),
          static_cast<int>(plot().yAxis->coordToPixel(center.y()))};
}

void HeatMapView::select(const HeatSpot& spot) {
  m_mark = spot;
  const QStringList& keys = m_map.at(spot.row, spot.column, spot.panel).keys;
  if (!keys.isEmpty()) selection().setCurrent(keys.front());
  refreshSoon();
}

bool HeatMapView::moveBy(int rows, int columns) {
  if (m_map.isEmpty()) return false;
  select(m_mark ? m_panels.moved(*m_mark, rows, columns) : HeatSpot());
  return true;
}

bool HeatMapView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const auto* key = dynamic_cast<QKeyEvent*>(event);
    const QString current = selection().current();
    const bool isShown =
        m_mark && m_map.at(m_mark->row, m_mark->column, m_mark->panel).keys.contains(current);
    switch (key->key()) {
      case Qt::Key_Left:
        return moveBy(0, -1);
      case Qt::Key_Right:
        return moveBy(0, 1);
      case Qt::Key_Up:
        return moveBy(1, 0);
      case Qt::Key_Down:
        return moveBy(-1, 0);
      case Qt::Key_A:
        if (isShown) selection().setA(current);
        return true;
      case Qt::Key_B:
        if (isShown) selection().setB(current);
        return true;
      default:
        break;
    }
  }
  return ChartView::eventFilter(watched, event);
}

}  // namespace actscope::gui
