// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/memory_plot.hpp"

#include <algorithm>

#include "views/plot_style.hpp"

namespace actscope::gui {

std::optional<std::uint32_t> BlocksPlot::blockAt(double time, double bytes) const {
  for (const Piece& piece : m_pieces) {
    const bool isHit =
        piece.from <= time && time < piece.to && piece.bottom <= bytes && bytes < piece.top;
    if (isHit) return piece.block;
  }
  return std::nullopt;
}

QCPRange BlocksPlot::extent(bool& isFound, bool isKey) const {
  isFound = !m_pieces.empty();
  if (!isFound) return {};
  QCPRange range(isKey ? m_pieces.front().from : 0, isKey ? m_pieces.front().to : 0);
  for (const Piece& piece : m_pieces) {
    range.expand(isKey ? piece.from : piece.bottom);
    range.expand(isKey ? piece.to : piece.top);
  }
  return range;
}

QCPRange BlocksPlot::getKeyRange(bool& isFound, QCP::SignDomain) const {
  return extent(isFound, true);
}

QCPRange BlocksPlot::getValueRange(bool& isFound, QCP::SignDomain, const QCPRange&) const {
  return extent(isFound, false);
}

void BlocksPlot::draw(QCPPainter* painter) {
  const auto rectOf = [this](const Piece& piece) {
    const double left = mKeyAxis->coordToPixel(piece.from);
    const double right = mKeyAxis->coordToPixel(piece.to);
    const double top = mValueAxis->coordToPixel(piece.top);
    const double bottom = mValueAxis->coordToPixel(piece.bottom);
    // Short lives and small blocks keep a hair's width.
    return QRectF(left, top, std::max(right - left, 0.6), std::max(bottom - top, 0.6));
  };
  const QRectF clip = clipRect();
  const QColor base = mParentPlot->palette().color(QPalette::Base);
  for (const Piece& piece : m_pieces) {
    const QRectF rect = rectOf(piece);
    if (!rect.intersects(clip)) continue;
    const QRectF shown = rect.intersected(clip);
    painter->fillRect(shown, piece.color);
    if (rect.height() < 4) continue;
    painter->setPen(QPen(base, 0.6));
    painter->drawLine(shown.topLeft(), shown.topRight());
    painter->drawLine(shown.topLeft(), shown.bottomLeft());
  }
  if (!m_marked) return;
  const QColor ink = mParentPlot->palette().color(QPalette::Text);
  for (const Piece& piece : m_pieces) {
    if (piece.block != *m_marked) continue;
    painter->setPen(QPen(ink, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(rectOf(piece).intersected(clip));
  }
}

void BlocksPlot::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const {
  painter->fillRect(rect, mBrush);
}

std::vector<BlocksPlot::Piece> piecesOf(const reports::AllocationHistory& history,
                                        const std::vector<reports::StackedBlock>& blocks,
                                        const QPalette& palette, std::int64_t origin_ns,
                                        double unit_ns, std::int64_t end_ns) {
  std::vector<BlocksPlot::Piece> pieces;
  const auto place = [&](std::int64_t ns) { return static_cast<double>(ns - origin_ns) / unit_ns; };
  int shade = 0;
  for (const reports::StackedBlock& stacked : blocks) {
    const reports::Allocation& block = history.blocks[stacked.block];
    // Neighbors of one category differ a little.
    const QColor plain = seriesColor(palette, seriesOf(block.category));
    const int percent = 100 + 12 * (shade++ % 3);
    const QColor color = isDark(palette) ? plain.darker(percent) : plain.lighter(percent);
    const double end = place(block.end == reports::never ? end_ns : history.time_of(block.end));
    for (std::size_t i = 0; i < stacked.stretches.size(); ++i) {
      const bool isLast = i + 1 == stacked.stretches.size();
      const auto bottom = static_cast<double>(stacked.stretches[i].offset_bytes);
      const double from = place(history.time_of(stacked.stretches[i].from));
      const double to = isLast ? end : place(history.time_of(stacked.stretches[i + 1].from));
      pieces.push_back(
          {from, to, bottom, bottom + static_cast<double>(block.bytes), stacked.block, color});
    }
  }
  return pieces;
}

void addBands(QCustomPlot& plot, const reports::LiveCurve& curve, const MemoryGroups& groups,
              const QPalette& palette, std::int64_t origin_ns, double unit_ns) {
  QVector<double> times;
  const double begin = static_cast<double>(curve.from_ns - origin_ns) / unit_ns;
  const double width = static_cast<double>(curve.to_ns - curve.from_ns) / unit_ns /
                       static_cast<double>(curve.columns);
  for (std::size_t column = 0; column <= curve.columns; ++column) {
    times << begin + static_cast<double>(column) * width;
  }
  QVector<double> tops(times.size(), 0.0);
  QCPGraph* below = nullptr;
  QList<QCPGraph*> bands;
  for (std::size_t group = 0; group < curve.groups; ++group) {
    for (std::size_t column = 0; column <= curve.columns; ++column) {
      tops[static_cast<qsizetype>(column)] += curve.of(std::min(column, curve.columns - 1), group);
    }
    QCPGraph* band = plot.addGraph();
    const QColor color = seriesColor(palette, groups.series[group]);
    band->setName(groups.names[static_cast<qsizetype>(group)]);
    band->setLineStyle(QCPGraph::lsStepLeft);
    band->setAdaptiveSampling(false);
    band->setPen(QPen(color, 1));
    QColor fill = color;
    fill.setAlphaF(0.75F);
    band->setBrush(groups.isRest ? QBrush(fill, Qt::BDiagPattern) : QBrush(fill));
    band->setData(times, tops, true);
    if (below != nullptr) band->setChannelFillGraph(below);
    below = band;
    bands.prepend(band);
  }
  for (QCPGraph* band : bands) band->addToLegend();
}

}  // namespace actscope::gui
