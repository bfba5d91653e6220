// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/heat_map_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "actscope/base/error.hpp"
#include "views/choice.hpp"
#include "views/heat_cells.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

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
  m_scheme = addChoice(controls(), tr("&Scheme"));
  m_metric = addChoice(controls(), tr("&Metric"));
  for (const MetricFacts& facts : metrics()) m_metric->addItem(facts.title);
  m_reference = addChoice(controls(), tr("Va&lues"),
                          {tr("as measured"), tr("against dense"), tr("against A")});
  m_group = addChoice(controls(), tr("Runs &of"));
  m_group->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_group->setMinimumContentsLength(28);
  controls().addStretch(1);
  for (QComboBox* choice : {m_group, m_scheme, m_metric, m_reference}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &HeatMapView::refreshSoon);
  }
  plot().plotLayout()->addElement(0, 1, m_scale);
  m_scale->setBarWidth(14);
  alignScale(plot(), *m_scale);
  plot().setInteractions(QCP::iNone);
  plot().installEventFilter(this);
  plot().setToolTip(tr("Click a cell, or use the arrow keys: its run becomes current everywhere."));
  connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
    const int sparsity =
        static_cast<int>(std::lround(plot().xAxis->pixelToCoord(event->pos().x())));
    const int block = static_cast<int>(std::lround(plot().yAxis->pixelToCoord(event->pos().y())));
    select(block, sparsity);
  });
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

void HeatMapView::fillChoices() {
  const QStringList groups = heatGroups(store().runs());
  setItems(*m_group, groups);
  m_group->setToolTip(m_group->currentText());
  m_group->setEnabled(groups.size() > 1);
  setItems(*m_scheme, heatSchemes(store().runs(), m_group->currentText()));
}

// A run that became current elsewhere is shown: its group and its scheme. Gives whether one did.
bool HeatMapView::followCurrent() {
  if (m_followed == selection().current()) return false;
  m_followed = selection().current();
  const RunPointer run = store().find(m_followed);
  if (!run || !hasBlocks(run->config)) return true;
  const int group = m_group->findText(run->group);
  if (group < 0) return true;
  m_group->setCurrentIndex(group);
  setItems(*m_scheme, heatSchemes(store().runs(), run->group));
  m_scheme->setCurrentIndex(std::max(0, m_scheme->findText(run->scheme)));
  return true;
}

// The cell of a run that became current is marked; a mark means nothing in another scheme's map.
void HeatMapView::placeMark(const HeatMap& before, bool isMoved) {
  const bool isOther = m_map.blocks != before.blocks || m_map.sparsities != before.sparsities ||
                       m_query.scheme != m_marked;
  m_marked = m_query.scheme;
  if (!isOther && !isMoved) return;
  m_block = m_sparsity = none;
  const auto columns = static_cast<int>(m_map.sparsities.size());
  for (int i = 0; i < static_cast<int>(m_map.cells.size()); ++i) {
    if (!m_map.cells[static_cast<std::size_t>(i)].keys.contains(selection().current())) continue;
    m_block = i / columns;
    m_sparsity = i % columns;
  }
}

void HeatMapView::draw() {
  fillChoices();
  const bool isMoved = followCurrent();
  m_query.group = m_group->currentText();
  m_query.scheme = m_scheme->currentText();
  m_query.metric = static_cast<Metric>(std::max(0, m_metric->currentIndex()));
  m_query.reference = static_cast<Reference>(m_reference->currentIndex());
  m_query.a = runA();
  const HeatMap before = std::exchange(m_map, heatMapOf(store().runs(), m_query));
  placeMark(before, isMoved);
  fillHeatTable(twin(), m_map, m_query);
  setMessage(m_map.message);
  const MetricFacts& facts = factsOf(m_query.metric);
  setCaption(tr("%1 of %2 %3: %4")
                 .arg(facts.title, m_query.scheme, m_reference->currentText(), m_query.group));

  const auto columns = static_cast<int>(m_map.sparsities.size());
  const auto rows = static_cast<int>(m_map.blocks.size());
  setHeatAxes(plot(), m_map);
  m_colors = nullptr;
  const bool isEmpty = rows == 0;
  m_scale->setVisible(!isEmpty);
  plot().axisRect()->setVisible(!isEmpty);
  if (isEmpty) return;
  drawScale();
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) drawCell(row, column);
  }
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

void HeatMapView::drawCell(int block, int sparsity) {
  const HeatCell& cell = m_map.at(block, sparsity);
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
  const bool isCurrent = block == m_block && sparsity == m_sparsity;
  drawHeatCell(plot(), palette(), m_map, block, sparsity, fill,
               cell.text + (marks.isEmpty() ? QString() : "\n" + marks.join(' ')));
  if (isCurrent || !marks.isEmpty()) {
    auto* ring = new QCPItemRect(&plot());
    ring->topLeft->setCoords(sparsity - 0.48, block + 0.48);
    ring->bottomRight->setCoords(sparsity + 0.48, block - 0.48);
    const QColor color = marks.contains("A")   ? colorOfA(palette())
                         : marks.contains("B") ? colorOfB(palette())
                                               : palette().color(QPalette::Text);
    ring->setPen(QPen(color, 3, isCurrent ? Qt::SolidLine : Qt::DashLine));
    ring->setBrush(Qt::NoBrush);
  }
}

QPoint HeatMapView::pixelOf(int block, int sparsity) const {
  return {static_cast<int>(plot().xAxis->coordToPixel(sparsity)),
          static_cast<int>(plot().yAxis->coordToPixel(block))};
}

void HeatMapView::select(int block, int sparsity) {
  if (block < 0 || sparsity < 0 || block >= m_map.blocks.size() ||
      sparsity >= m_map.sparsities.size()) {
    return;
  }
  m_block = block;
  m_sparsity = sparsity;
  const QStringList& keys = m_map.at(block, sparsity).keys;
  if (!keys.isEmpty()) selection().setCurrent(keys.front());
  refreshSoon();
}

bool HeatMapView::moveBy(int blocks, int sparsities) {
  if (m_map.blocks.isEmpty()) return false;
  if (m_block < 0) return select(0, 0), true;
  const auto within = [](int value, qsizetype size) {
    return std::clamp(value, 0, static_cast<int>(size) - 1);
  };
  select(within(m_block + blocks, m_map.blocks.size()),
         within(m_sparsity + sparsities, m_map.sparsities.size()));
  return true;
}

bool HeatMapView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    const auto* key = dynamic_cast<QKeyEvent*>(event);
    const QString current = selection().current();
    const bool isShown = m_block >= 0 && m_map.at(m_block, m_sparsity).keys.contains(current);
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
