// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFontMetrics>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <utility>

#include "models/metric.hpp"
#include "views/plot_style.hpp"
#include "views/timeline_painter.hpp"

namespace actscope::gui {
namespace {

using reports::CounterPixel;
using reports::Timeline;

QColor faded(const QColor& color, double share) {
  QColor faint = color;
  faint.setAlphaF(static_cast<float>(share));
  return faint;
}

QColor mixedWith(const QColor& from, const QColor& to, double share) {
  const auto mix = [share](int a, int b) {
    return static_cast<int>(std::lround(a + share * (b - a)));
  };
  return {mix(from.red(), to.red()), mix(from.green(), to.green()), mix(from.blue(), to.blue())};
}

// 1, 2 or 5 times a power of ten that is at least `least`.
double roundStep(double least) {
  const double power = std::pow(10, std::floor(std::log10(std::max(least, 1.0))));
  for (const double factor : {1, 2, 5}) {
    if (factor * power >= least) return factor * power;
  }
  return 10 * power;
}

// In the largest unit in which every tick is a whole number.
QString tickText(double ns, double step) {
  const double unit = step >= 1e9 ? 1e9 : step >= 1e6 ? 1e6 : step >= 1e3 ? 1e3 : 1;
  const char* name = step >= 1e9 ? "s" : step >= 1e6 ? "ms" : step >= 1e3 ? "µs" : "ns";
  const auto count = static_cast<qlonglong>(std::llround(std::abs(ns) / unit));
  return QString("%1%2 %3").arg(ns < 0 && count != 0 ? "−" : "", QLocale::c().toString(count),
                                name);
}

}  // namespace

void TimelinePainter::paintAxis(QPainter& painter, const QRect& area,
                                const TimelineScene& scene) const {
  const QRect axis(area.left(), area.top(), area.width(), axisHeight());
  painter.save();
  painter.setClipRect(axis);
  painter.fillRect(axis, m_palette.color(QPalette::Window));
  const QColor text = m_palette.color(QPalette::WindowText);
  constexpr double leastWidth = 96;
  const double step = roundStep(leastWidth / m_pixelsANs);
  const TimeWindow& window = scene.window();
  painter.setPen(faded(text, 0.35));
  painter.drawLine(axis.bottomLeft(), axis.bottomRight());
  painter.setClipRect(QRectF(m_left, axis.top(), axis.right() + 1 - m_left, axis.height()));
  for (double tick = std::ceil(window.from() / step) * step; tick <= window.to(); tick += step) {
    const double at = x(tick);
    painter.setPen(faded(text, 0.35));
    painter.drawLine(QPointF(at, axis.bottom() - 5), QPointF(at, axis.bottom()));
    painter.setPen(text);
    painter.drawText(QRectF(at + 3, axis.bottom() - m_lineHeight, leastWidth, m_lineHeight),
                     Qt::AlignLeft | Qt::AlignVCenter, tickText(tick, step));
  }
  // The steps of the first trace above the times.
  double free = m_left;
  for (const auto& [number, range] : scene.steps()) {
    if (range.to < window.from() || range.from > window.to()) continue;
    const QString title = QString("step %1").arg(number);
    const int width = QFontMetrics(m_font).horizontalAdvance(title) + 8;
    const double at = std::max(m_left, x(range.from));
    if (at < free || at + width > std::max(x(range.to), at + 40)) continue;
    free = at + width;
    const bool isAligned = scene.alignedStep() == number;
    painter.setPen(isAligned ? m_palette.color(QPalette::Link) : text);
    painter.drawText(QRectF(at + 3, axis.top() + 1, width, m_lineHeight),
                     Qt::AlignLeft | Qt::AlignVCenter, title);
  }
  painter.restore();
}

void TimelinePainter::paintSteps(QPainter& painter, const QRect& area,
                                 const TimelineScene& scene) const {
  // Opaque: blending a thousand rows of one pixel a step takes longer than all else.
  const QColor line =
      mixedWith(m_palette.color(QPalette::Base), m_palette.color(QPalette::Text), 0.25);
  constexpr double leastWidth = 8;
  double last = -leastWidth;
  const bool isPair = scene.timeline(0) && scene.timeline(1);
  for (const auto& [number, range] : scene.steps()) {
    // Of a pair only the aligned step begins in one place.
    if (isPair && number != scene.alignedStep()) continue;
    const double at = x(isPair ? 0 : range.from);
    if (at < m_left || at > area.right() || at - last < leastWidth) continue;
    last = at;
    painter.fillRect(QRect(static_cast<int>(at), area.top(), 1, area.height()), line);
  }
}

void TimelinePainter::paintCounter(QPainter& painter, const TimelineScene& scene,
                                   const TimelineBand& band, int top, int width) {
  const reports::TimelineCounter& counter = scene.timeline(band.side)->counters[band.number];
  double highest = 0, lowest = 0;
  const auto measure = [&](int side, const reports::TimelineCounter& of) {
    const std::int64_t from = scene.clockTime(side, scene.window().from());
    const std::int64_t to = std::max(from + 1, scene.clockTime(side, scene.window().to()));
    reports::counter_pixels(of, from, to, width, m_pixels);
    for (const CounterPixel& pixel : m_pixels) {
      if (std::isnan(pixel.highest)) continue;
      highest = std::max(highest, pixel.highest);
      lowest = std::min(lowest, pixel.lowest);
    }
  };
  // A and B have one scale, so that their heights compare.
  if (const Timeline* other = scene.timeline(1 - band.side)) {
    for (const reports::TimelineCounter& of : other->counters) {
      if (of.name == counter.name) measure(1 - band.side, of);
    }
  }
  const double highestOfOther = std::exchange(highest, 0);
  measure(band.side, counter);
  const double highestHere = std::exchange(highest, std::max(highest, highestOfOther));
  const double bottom = top + 3 * m_lineHeight - 2;
  const double room = 3 * m_lineHeight - 4;
  const double scale = highest > lowest ? room / (highest - lowest) : 0;
  const QColor line = band.side == 0 ? colorOfA(m_palette) : colorOfB(m_palette);
  const QColor area = mixedWith(m_palette.color(QPalette::Base), line, 0.3);
  for (std::size_t i = 0; i < m_pixels.size(); ++i) {
    const CounterPixel& pixel = m_pixels[i];
    if (std::isnan(pixel.last)) continue;
    const int at = static_cast<int>(m_left) + static_cast<int>(i);
    const int low = static_cast<int>(std::lround(bottom - (pixel.lowest - lowest) * scale));
    const int high = static_cast<int>(std::lround(bottom - (pixel.highest - lowest) * scale));
    painter.fillRect(QRect(at, high, 1, static_cast<int>(bottom) - high), area);
    painter.fillRect(QRect(at, high, 1, std::max(2, low - high)), line);
  }
  const QString most =
      counter.is_bytes ? bytesText(highestHere) : QLocale::c().toString(highestHere, 'g', 6);
  const int textWidth = QFontMetrics(m_font).horizontalAdvance(most) + 6;
  const QRectF place(m_left + 2, top, textWidth, m_lineHeight);
  painter.fillRect(place, faded(m_palette.color(QPalette::Base), 0.75));
  painter.setPen(m_palette.color(QPalette::Text));
  painter.drawText(place, Qt::AlignCenter, most);
}

void TimelinePainter::paintGutter(QPainter& painter, const QRect& area, int scroll,
                                  const TimelineScene& scene, const TimelineMarks& marks) const {
  const QRect gutterArea(area.left(), area.top(), gutter, area.height());
  painter.fillRect(gutterArea, m_palette.color(QPalette::Window));
  const QColor text = m_palette.color(QPalette::WindowText);
  const QFontMetrics metrics(m_font);
  for (std::size_t band = 0; band < scene.bands().size(); ++band) {
    const TimelineBand& shown = scene.bands()[band];
    const int top = area.top() + m_tops[band] - scroll;
    if (top + heightOf(band) < area.top() || top > area.bottom()) continue;
    if (static_cast<int>(band) == marks.currentBand && marks.hasFocus) {
      painter.fillRect(QRect(area.left(), top, 3, m_lineHeight), m_palette.color(QPalette::Link));
    }
    if (shown.title.isEmpty()) continue;
    if (band > 0) {
      painter.setPen(faded(text, 0.15));
      painter.drawLine(area.left(), top - 3, area.right(), top - 3);
    }
    QString title = shown.title;
    QColor color = text;
    if (shown.kind == TimelineBand::Kind::side) {
      color = shown.side == 0 ? colorOfA(m_palette) : colorOfB(m_palette);
      painter.fillRect(QRect(area.left(), top, area.width(), m_lineHeight), faded(color, 0.18));
    } else if (shown.kind == TimelineBand::Kind::row) {
      const bool hasMore = shown.isCollapsed || (band + 1 < scene.bands().size() &&
                                                 scene.bands()[band + 1].title.isEmpty());
      title = QString(hasMore ? (shown.isCollapsed ? "▸ " : "▾ ") : "   ") + title;
    } else {
      title = "   " + title;
    }
    painter.setPen(color);
    painter.drawText(QRect(area.left() + 6, top, gutter - 10, m_lineHeight),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(title, Qt::ElideMiddle, gutter - 12));
  }
  painter.setPen(faded(text, 0.35));
  painter.drawLine(area.left() + gutter - 1, area.top(), area.left() + gutter - 1, area.bottom());
}

void TimelinePainter::paintRange(QPainter& painter, const QRect& area, int scroll,
                                 const TimelineScene& scene, const TimelineMarks& marks) const {
  if (marks.range.isEmpty()) return;
  const double left = std::max(m_left, x(marks.range.from));
  const double right = std::min<double>(area.right() + 1, x(marks.range.to));
  if (right <= left) return;
  double top = area.top(), bottom = area.bottom() + 1;
  if (marks.lastBand >= marks.firstBand &&
      marks.lastBand < static_cast<int>(scene.bands().size())) {
    top = area.top() + m_tops[static_cast<std::size_t>(marks.firstBand)] - scroll;
    bottom = area.top() + m_tops[static_cast<std::size_t>(marks.lastBand) + 1] - scroll;
  }
  const QColor color = m_palette.color(QPalette::Highlight);
  painter.fillRect(QRectF(left, top, right - left, bottom - top), faded(color, 0.16));
  painter.setPen(QPen(color, 1));
  painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom()));
  painter.drawLine(QPointF(right, area.top()), QPointF(right, area.bottom()));
  // The measure: how long the range is, between its edges.
  const QString text = timeText(marks.range.to - marks.range.from);
  const int width = QFontMetrics(m_font).horizontalAdvance(text) + 10;
  const double at = std::clamp((left + right - width) / 2, m_left,
                               std::max(m_left, area.right() - static_cast<double>(width)));
  const QRectF place(at, area.bottom() - m_lineHeight - 3, width, m_lineHeight);
  painter.fillRect(place, color);
  painter.setPen(m_palette.color(QPalette::HighlightedText));
  painter.drawText(place, Qt::AlignCenter, text);
}

void TimelinePainter::paintCurrent(QPainter& painter, const QRect& area, int scroll,
                                   const TimelineScene& scene, SliceRef ref, bool hasFocus) const {
  const QRectF place = placeOf(scene, ref, scroll, area.top());
  if (!place.isNull()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(m_palette.color(QPalette::Text), hasFocus ? 2 : 1));
    painter.drawRect(place.adjusted(0, 0, -1, 0));
  }
  const reports::SliceNumber link = scene.timeline(ref.side)->link[ref.slice];
  if (link == reports::no_slice) return;
  const SliceRef other{ref.side, link};
  const bool isFirst = scene.beginOf(ref) <= scene.beginOf(other);
  paintArrow(painter, scroll, area.top(), scene, isFirst ? ref : other, isFirst ? other : ref);
}

void TimelinePainter::paintArrow(QPainter& painter, int scroll, int axisTop,
                                 const TimelineScene& scene, SliceRef from, SliceRef to) const {
  const QRectF a = placeOf(scene, from, scroll, axisTop), b = placeOf(scene, to, scroll, axisTop);
  if (a.isNull() || b.isNull()) return;
  const QPointF start(a.right(), a.center().y()), end(b.left(), b.center().y());
  const double reach = std::clamp(std::abs(end.x() - start.x()) / 2, 16.0, 160.0);
  QPainterPath path(start);
  path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end);
  const QColor color = m_palette.color(QPalette::Text);
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(m_palette.color(QPalette::Base), 4));
  painter.drawPath(path);
  painter.setPen(QPen(color, 1.6));
  painter.drawPath(path);
  painter.setBrush(color);
  painter.setPen(Qt::NoPen);
  painter.drawPolygon(QPolygonF({end, end + QPointF(-8, -4), end + QPointF(-8, 4)}));
  painter.restore();
}

}  // namespace actscope::gui
