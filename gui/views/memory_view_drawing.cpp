// SPDX-License-Identifier: GPL-3.0-or-later
// What the page of memory draws; the rest of it is in memory_view.cpp.
#include <QComboBox>
#include <algorithm>

#include "models/metric.hpp"
#include "views/memory_view.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

constexpr std::size_t blocksDrawn = 1500;

// Where a history begins to be compared with another.
std::int64_t originOf(const reports::AllocationHistory& history) {
  return history.steps.empty() ? history.time_of(0) : history.steps.front().begin_ns;
}

}  // namespace

void MemoryView::drawChart() {
  if (m_shown.empty()) return;
  m_isDrawing = true;
  m_blocksPlot = nullptr;
  plot().clearPlottables();
  plot().clearItems();
  plot().legend->clearItems();
  plot().legend->setVisible(true);
  plot().axisRect()->setVisible(true);
  double last_ns = 1;
  for (const Shown& shown : m_shown) {
    const reports::AllocationHistory& history = *shown.history;
    last_ns = std::max(last_ns, static_cast<double>(history.times_ns.back() - history.time_of(0)));
  }
  m_unitNs = last_ns < 2e6 ? 1e3 : last_ns < 2e9 ? 1e6 : 1e9;
  if (m_shown.size() == 2) {
    drawBoth(m_shown.front(), m_shown.back());
  } else {
    drawOne(m_shown.front());
  }
  m_isDrawing = false;
  plot().replot(QCustomPlot::rpQueuedReplot);
}

void MemoryView::drawOne(const Shown& shown) {
  const reports::AllocationHistory& history = *shown.history;
  const std::int64_t origin = history.time_of(0),
                     end = std::max(history.times_ns.back(), origin + 1);
  const double last = static_cast<double>(end - origin) / m_unitNs;
  const QCPRange range = m_zoom.value_or(QCPRange(-0.01 * last, 1.01 * last));
  const auto timeOf = [&](double place) {
    return origin + static_cast<std::int64_t>(std::clamp(place, 0.0, last) * m_unitNs);
  };
  const std::int64_t from = std::min(timeOf(range.lower), end - 1);
  const std::int64_t to = std::clamp(timeOf(range.upper), from + 1, end);
  const auto columns = static_cast<std::size_t>(std::clamp(plot().viewport().width(), 300, 4000));
  const reports::LiveCurve curve =
      reports::live_curve(history, shown.device, m_groups.ofBlock,
                          static_cast<std::size_t>(m_groups.names.size()), from, to, columns);
  addBands(plot(), curve, m_groups, palette(), origin, m_unitNs);
  double most = 0;
  for (std::size_t column = 0; column < curve.columns; ++column) {
    most = std::max(most, curve.total(column));
  }
  if (mode() == MemoryMode::allocation) drawBlocks(shown, from, to);
  drawSteps(shown);
  drawDense(shown);
  for (int i = 0; i < plot().graphCount(); ++i) {
    if (plot().graph(i)->property("dense").toBool()) {
      bool isFound = false;
      most = std::max(most, plot().graph(i)->getValueRange(isFound, QCP::sdBoth, range).upper);
    }
  }
  drawAxes(most);
  plot().xAxis->setRange(range);
  drawMark(shown, shown.peak.tick, shown.peak.bytes, tr("peak"));
  if (m_moment && *m_moment != shown.peak.tick) {
    std::int64_t live = 0;
    reports::for_each_live(history, shown.device, *m_moment,
                           [&](std::uint32_t block) { live += history.blocks[block].bytes; });
    drawMark(shown, *m_moment, live, tr("clicked"));
  }
}

void MemoryView::drawBlocks(const Shown& shown, std::int64_t from, std::int64_t to) {
  const reports::AllocationHistory& history = *shown.history;
  const auto stacked = reports::stacked_blocks(history, shown.device, from, to, blocksDrawn);
  auto* blocks = new BlocksPlot(plot().xAxis, plot().yAxis);
  blocks->setPieces(
      piecesOf(history, stacked, palette(), history.time_of(0), m_unitNs, history.times_ns.back()));
  blocks->setMarked(m_marked);
  m_blocksPlot = blocks;
  // The legend says what the colors of the blocks are.
  const MemoryGroups categories = memoryGroups(history, shown.device, MemoryMode::category);
  if (stacked.size() == history.blocks.size()) plot().legend->clearItems();
  for (qsizetype i = categories.names.size() - 1; i >= 0; --i) {
    auto* sample = plot().addGraph();
    sample->setName(categories.names[i]);
    const QColor color = seriesColor(palette(), categories.series[static_cast<std::size_t>(i)]);
    sample->setPen(QPen(color, 1));
    sample->setBrush(color);
    sample->addToLegend();
  }
}

void MemoryView::drawSteps(const Shown& shown) {
  constexpr std::size_t most = 64;
  if (shown.history->steps.size() > most) return;
  QColor ink = palette().color(QPalette::Text);
  ink.setAlphaF(0.35F);
  for (const reports::RecordedStep& step : shown.history->steps) {
    auto* line = new QCPItemStraightLine(&plot());
    const double at = static_cast<double>(step.begin_ns - shown.history->time_of(0)) / m_unitNs;
    line->point1->setCoords(at, 0);
    line->point2->setCoords(at, 1);
    line->setPen(QPen(ink, 1, Qt::DotLine));
  }
}

// What plain autograd keeps: of the dense run, or as the byte model says.
void MemoryView::drawDense(const Shown& shown) {
  if (mode() != MemoryMode::category) return;  // saved bytes lie on the ground there only
  const reports::AllocationHistory& history = *shown.history;
  SavedCurve curve;
  QString name;
  if (m_dense) {
    curve = savedOverSteps(*m_dense, m_denseDevice, history);
    name = tr("saved by %1").arg(m_denseName);
  }
  if (curve.times_ns.empty() && history.dense_saved_bytes > 0) {
    curve.times_ns = {static_cast<double>(history.time_of(0)),
                      static_cast<double>(history.times_ns.back())};
    curve.bytes.assign(2, static_cast<double>(history.dense_saved_bytes));
    name = tr("plain autograd would save");
  }
  if (curve.times_ns.empty()) return;
  QVector<double> times, bytes;
  for (std::size_t i = 0; i < curve.times_ns.size(); ++i) {
    times << (curve.times_ns[i] - static_cast<double>(history.time_of(0))) / m_unitNs;
    bytes << curve.bytes[i];
  }
  QCPGraph* line = plot().addGraph();
  line->setProperty("dense", true);
  line->setName(name);
  line->setLineStyle(QCPGraph::lsStepLeft);
  line->setPen(QPen(palette().color(QPalette::Text), 1.5, Qt::DashLine));
  line->setData(times, bytes, true);
  line->addToLegend();
}

void MemoryView::drawBoth(const Shown& a, const Shown& b) {
  double most = 0, last = 0;
  for (const Shown* shown : {&a, &b}) {
    const reports::AllocationHistory& history = *shown->history;
    const std::int64_t begin = history.time_of(0), end = history.times_ns.back();
    const std::int64_t origin = originOf(history);
    const std::vector<std::uint8_t> all(history.blocks.size(), 0);
    constexpr std::size_t columns = 2000;
    const reports::LiveCurve curve =
        reports::live_curve(history, shown->device, all, 1, begin, end, columns);
    QVector<double> times, bytes;
    for (std::size_t column = 0; column < columns; ++column) {
      const double at = static_cast<double>(begin - origin) +
                        static_cast<double>(column) * static_cast<double>(end - begin) / columns;
      times << at / m_unitNs;
      bytes << curve.total(column);
      most = std::max(most, curve.total(column));
    }
    last = std::max(last, static_cast<double>(end - origin) / m_unitNs);
    QCPGraph* line = plot().addGraph();
    const bool isA = shown == &a;
    line->setName(
        QString("%1  %2, peak %3")
            .arg(isA ? "A" : "B", shown->name, bytesText(static_cast<double>(shown->peak.bytes))));
    line->setLineStyle(QCPGraph::lsStepLeft);
    line->setPen(QPen(isA ? colorOfA(palette()) : colorOfB(palette()), 1.5,
                      isA ? Qt::SolidLine : Qt::DashLine));
    line->setData(times, bytes, true);
    line->addToLegend();
  }
  drawAxes(most);
  plot().xAxis->setRange(m_zoom.value_or(QCPRange(-0.01 * last, 1.01 * last)));
}

void MemoryView::drawMark(const Shown& shown, reports::Tick tick, std::int64_t bytes,
                          const QString& name) {
  const double at =
      static_cast<double>(shown.history->time_of(tick) - shown.history->time_of(0)) / m_unitNs;
  const QCPRange range = plot().xAxis->range();
  if (!range.contains(at)) return;
  const QColor ink = palette().color(QPalette::Text);
  auto* line = new QCPItemLine(&plot());
  line->start->setCoords(at, 0);
  line->end->setCoords(at, static_cast<double>(bytes));
  line->setPen(QPen(ink, 1.2, Qt::DashLine));
  auto* label = new QCPItemText(&plot());
  const bool isRight = at > range.lower + 0.6 * range.size();
  label->setText(QString("%1 %2").arg(name, bytesText(static_cast<double>(bytes))));
  label->setPositionAlignment((isRight ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignBottom);
  label->position->setCoords(at, static_cast<double>(bytes));
  label->setColor(ink);
  label->setFont(font());
  label->setPadding(QMargins(3, 1, 3, 1));
  label->setBrush(palette().brush(QPalette::Base));
}

void MemoryView::drawAxes(double most) {
  plot().yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new BytesTicker(false)));
  plot().yAxis->setLabel(tr("Live"));
  plot().yAxis->setRange(0, most > 0 ? 1.12 * most : 1);
  const QString unit = m_unitNs < 1e6 ? "µs" : m_unitNs < 1e9 ? "ms" : "s";
  plot().xAxis->setLabel(m_shown.size() == 2 && !m_shown.front().history->steps.empty()
                             ? tr("Since the first step began (%1)").arg(unit)
                             : tr("Since the recording began (%1)").arg(unit));
}

}  // namespace actscope::gui
