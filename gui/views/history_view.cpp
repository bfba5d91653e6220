// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/history_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPointer>
#include <QSignalBlocker>
#include <QThreadPool>
#include <algorithm>
#include <cmath>

#include "actscope/reports/history/rendering.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

class ValueTicker : public QCPAxisTicker {
 public:
  explicit ValueTicker(std::string metric) : m_metric(std::move(metric)) { setTickCount(5); }

 protected:
  int getSubTickCount(double) override { return 0; }
  QString getTickLabel(double tick, const QLocale&, QChar, int) override {
    return QString::fromStdString(reports::history_value_text(m_metric, tick));
  }

 private:
  std::string m_metric;
};

}  // namespace

HistoryView::HistoryView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_group(addChoice(controls(), tr("C&onfiguration"))),
      m_metric(addChoice(controls(), tr("&Metric"))) {
  m_group->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_group->setMinimumContentsLength(36);
  controls().addStretch(1);
  for (QComboBox* choice : {m_group, m_metric}) {
    connect(choice, &QComboBox::currentIndexChanged, this, &HistoryView::refreshSoon);
  }
  plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot().axisRect()->setRangeZoom(Qt::Horizontal);
  plot().axisRect()->setRangeDrag(Qt::Horizontal);
  plot().setToolTip(tr("Click a point: its run becomes current everywhere."));
  connect(&plot(), &QCustomPlot::mouseRelease, this,
          [this](QMouseEvent* event) { pickNearest(event->position()); });
  connect(&plot(), &QCustomPlot::mouseDoubleClick, this, &HistoryView::refreshSoon);
}

// Steps are looked for beside the window, which stays usable meanwhile. Gives whether they are
// known.
bool HistoryView::takeHistory() {
  if (m_isLooking) return false;
  if (m_history && m_runs == store().runs()) return true;
  m_runs = store().runs();
  if (!isVisible()) {  // an export waits
    m_history = std::make_shared<reports::History>(historyOf(m_runs));
    return true;
  }
  m_isLooking = true;
  QThreadPool::globalInstance()->start([view = QPointer(this), runs = m_runs] {
    auto history = std::make_shared<const reports::History>(historyOf(runs));
    QMetaObject::invokeMethod(qApp, [view, history = std::move(history)] {
      if (view == nullptr) return;
      view->m_history = history;
      view->m_isLooking = false;
      view->refreshSoon();
    });
  });
  return false;
}

void HistoryView::fillChoices() {
  m_groups = historyGroups(*m_history);
  QStringList names;
  for (const std::size_t place : m_groups) {
    names << QString::fromStdString(m_history->groups[place].name);
  }
  const bool isOther =
      names.value(m_group->currentIndex()) != m_group->currentText() || m_metric->count() == 0;
  setItems(*m_group, names);
  m_group->setToolTip(m_group->currentText());
  m_group->setEnabled(names.size() > 1);
  QStringList metricNames;
  if (m_group->currentIndex() >= 0) {
    const std::size_t place = m_groups[static_cast<std::size_t>(m_group->currentIndex())];
    const reports::HistoryGroup& group = m_history->groups[place];
    for (const auto& series : group.series) metricNames << QString::fromStdString(series.metric);
    setItems(*m_metric, metricNames);
    const QSignalBlocker quiet(m_metric);
    if (isOther) m_metric->setCurrentIndex(static_cast<int>(firstWithStep(group)));
  } else {
    setItems(*m_metric, {});
  }
  m_metric->setEnabled(metricNames.size() > 1);
}

void HistoryView::draw() {
  m_line = {};
  setCaption({});
  plot().axisRect()->setVisible(false);
  if (!takeHistory()) {
    fillHistoryTable(twin(), {}, 0);
    return setMessage(tr("Looking for steps…"));
  }
  fillChoices();
  const int group = m_group->currentIndex(), metric = m_metric->currentIndex();
  if (group < 0) {
    fillHistoryTable(twin(), {}, 0);
    return setMessage(
        tr("No configuration has two reports of one machine: open a folder of reports from many "
           "days, as actscope history reads it."));
  }
  const std::size_t place = m_groups[static_cast<std::size_t>(group)];
  fillHistoryTable(twin(), *m_history, place);
  if (metric < 0) return setMessage(tr("These runs have measured nothing."));
  const auto& series = m_history->groups[place].series[static_cast<std::size_t>(metric)];
  m_line = historyLineOf(*m_history, place, static_cast<std::size_t>(metric));
  setMessage(historyText(series));
  setCaption(tr("%1 of %2, run by run").arg(m_metric->currentText(), m_group->currentText()));
  plot().axisRect()->setVisible(true);
  drawAxes();
  drawSteps();
  drawLine();
}

void HistoryView::drawAxes() {
  double low = INFINITY, high = -INFINITY;
  for (const auto& value : m_line.values) {
    if (!value) continue;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  if (low > high) low = high = 0;
  const double room = high > low ? 0.1 * (high - low) : std::max(0.05 * std::abs(high), 1e-9);
  const auto count = static_cast<int>(m_line.keys.size());
  const QSharedPointer<QCPAxisTickerText> dates(new QCPAxisTickerText);
  const int most = std::max(2, plot().viewport().width() / 110);
  const int every = std::max(1, (count + most - 1) / most);
  for (int i = 0; i < count; i += every) dates->addTick(i, m_line.labels[i]);
  plot().xAxis->setTicker(dates);
  plot().xAxis->setSubTicks(false);
  plot().xAxis->setLabel(tr("Report, by date"));
  plot().yAxis->setTicker(
      QSharedPointer<QCPAxisTicker>(new ValueTicker(m_metric->currentText().toStdString())));
  plot().yAxis->setLabel(m_metric->currentText());
  plot().xAxis->setRange(-0.6, count - 0.4);
  plot().yAxis->setRange(low - room, high + room);
}

void HistoryView::drawLine() {
  const QColor color = colorOfA(palette()), text = palette().color(QPalette::Text);
  QCPGraph* line = plot().addGraph();
  QCPGraph* current = plot().addGraph();
  QCPGraph* missing = plot().addGraph();
  for (int i = 0; i < static_cast<int>(m_line.keys.size()); ++i) {
    const auto& value = m_line.values[static_cast<std::size_t>(i)];
    line->addData(i, value.value_or(NAN));  // the line breaks where a report has none
    if (!value) missing->addData(i, plot().yAxis->range().lower);
    if (value && m_line.keys[i] == selection().current()) current->addData(i, *value);
  }
  line->setPen(QPen(color, 1));
  line->setScatterStyle({QCPScatterStyle::ssDisc, color, m_line.keys.size() > 200 ? 3.0 : 6.0});
  for (QCPGraph* graph : {current, missing}) graph->setLineStyle(QCPGraph::lsNone);
  current->setScatterStyle({QCPScatterStyle::ssCircle, QPen(text, 2), Qt::NoBrush, 12});
  missing->setScatterStyle({QCPScatterStyle::ssCross, QPen(text, 1.2), Qt::NoBrush, 8});
}

// Levels as lines, steps as bands over the reports that they may begin at.
void HistoryView::drawSteps() {
  const QColor text = palette().color(QPalette::Text);
  const auto level = [&](double from, double to, double value) {
    auto* line = new QCPItemLine(&plot());
    line->start->setCoords(from, value);
    line->end->setCoords(to, value);
    line->setPen(QPen(text, 1.5, Qt::DashLine));
  };
  double from = -0.5;
  for (const HistoryLine::Step& step : m_line.steps) {
    QColor color = step.effect == reports::Effect::worse    ? QColor(worseColor)
                   : step.effect == reports::Effect::better ? QColor(betterColor)
                                                            : text;
    auto* mark = new QCPItemStraightLine(&plot());
    mark->point1->setCoords(step.at - 0.5, 0);
    mark->point2->setCoords(step.at - 0.5, 1);
    mark->setPen(QPen(color, 2));
    auto* band = new QCPItemRect(&plot());
    band->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    band->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    band->topLeft->setCoords(step.earliest - 0.5, 0);
    band->bottomRight->setCoords(step.latest + 0.5, 1);
    band->setPen(Qt::NoPen);
    color.setAlphaF(0.16F);
    band->setBrush(color);
    level(from, step.at - 0.5, step.before);
    from = step.at - 0.5;
    if (&step == &m_line.steps.back()) {
      level(from, static_cast<double>(m_line.keys.size()) - 0.5, step.after);
    }
  }
}

QPoint HistoryView::pixelOf(int place) const {
  const double value = m_line.values[static_cast<std::size_t>(place)].value_or(0);
  return {static_cast<int>(plot().xAxis->coordToPixel(place)),
          static_cast<int>(plot().yAxis->coordToPixel(value))};
}

void HistoryView::pickNearest(QPointF pixel) {
  constexpr double reach = 12;  // pixels
  double nearest = reach;
  QString key;
  for (int i = 0; i < static_cast<int>(m_line.keys.size()); ++i) {
    if (!m_line.values[static_cast<std::size_t>(i)]) continue;
    const QPointF away = pixelOf(i) - pixel;
    const double distance = std::hypot(away.x(), away.y());
    if (distance >= nearest) continue;
    nearest = distance;
    key = m_line.keys[i];
  }
  if (!key.isEmpty()) selection().setCurrent(key);
}

}  // namespace actscope::gui
