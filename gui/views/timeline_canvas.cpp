// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/timeline_canvas.hpp"

#include <QAccessible>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>

#include "actscope/base/units.hpp"

namespace actscope::gui {

using reports::no_slice;
using reports::SliceNumber;
using reports::Timeline;
using reports::TimelineRow;

TimelineCanvas::TimelineCanvas(TimelineScene& scene, TimelineSearch& search, QWidget* parent)
    : QAbstractScrollArea(parent), m_scene(scene), m_search(search) {
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFrameShape(QFrame::NoFrame);
  setMinimumSize(360, 120);
  m_marks.search = &m_search;
  viewport()->setAutoFillBackground(false);
  tellReaders();
}

void TimelineCanvas::sceneChanged() {
  const auto isGone = [&] {
    const SliceRef ref = m_marks.current;
    return ref &&
           (!m_scene.timeline(ref.side) || ref.slice >= m_scene.timeline(ref.side)->slices());
  };
  if (isGone()) m_marks.current = {};
  m_marks.currentBand = -1;
  prepare();
  tellReaders();
  viewport()->update();
}

void TimelineCanvas::prepare() {
  m_painter.prepare(m_scene, palette(), font());
  const int room = viewport()->height() - m_painter.axisHeight();
  verticalScrollBar()->setRange(0, std::max(0, m_painter.contentHeight() - room));
  verticalScrollBar()->setPageStep(std::max(1, room));
  verticalScrollBar()->setSingleStep(m_painter.axisHeight() / 2);
}

void TimelineCanvas::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(viewport());
  m_marks.hasFocus = hasFocus();
  m_painter.paint(painter, viewport()->rect(), verticalScrollBar()->value(), m_scene, m_marks);
}

void TimelineCanvas::paintInto(QPainter& painter, const QRect& area) {
  m_painter.prepare(m_scene, palette(), font());
  m_marks.hasFocus = false;
  m_painter.paint(painter, area, 0, m_scene, m_marks);
}

void TimelineCanvas::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  prepare();
}

void TimelineCanvas::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
    prepare();
    viewport()->update();
  }
}

std::vector<TimelineBand> TimelineCanvas::rangeBands() const {
  std::vector<TimelineBand> bands;
  for (int band = m_marks.firstBand; band <= m_marks.lastBand; ++band) {
    if (band < static_cast<int>(m_scene.bands().size())) {
      bands.push_back(m_scene.bands()[static_cast<std::size_t>(band)]);
    }
  }
  return bands;
}

void TimelineCanvas::setCurrent(SliceRef ref) {
  if (ref == m_marks.current) return;
  m_marks.current = ref;
  tellReaders();
  viewport()->update();
  Q_EMIT currentChanged();
}

// What is current, in words, for who cannot see the picture.
void TimelineCanvas::tellReaders() {
  std::size_t slices = 0, lanes = 0;
  for (const int side : {0, 1}) {
    const Timeline* made = m_scene.timeline(side);
    if (!made) continue;
    slices += made->slices();
    lanes += made->lanes.size();
  }
  QString name = tr("Timeline, %1 lanes, %2 slices")
                     .arg(lanes)
                     .arg(QString::fromStdString(format_count(static_cast<std::int64_t>(slices))));
  if (m_marks.current) name += ": " + describeSlice(m_scene, m_marks.current).replace('\n', ", ");
  setAccessibleName(name);
  QAccessibleEvent event(this, QAccessible::NameChanged);
  QAccessible::updateAccessibility(&event);
}

void TimelineCanvas::show(SliceRef ref) {
  if (!ref || !m_scene.timeline(ref.side)) return setCurrent({});
  const TimeWindow& window = m_scene.window();
  const double begin = m_scene.beginOf(ref), end = m_scene.endOf(ref);
  const bool isSeen = begin >= window.from() && end <= window.to();
  const bool isThin = (end - begin) < window.span() / 2000;
  if (!isSeen || isThin) {
    // As long as before where that shows it, so that steps through matches do not jump.
    const double least = std::max(end - begin, std::min(window.span() / 4, (end - begin) * 400));
    const double middle = (begin + end) / 2;
    m_scene.window().show(middle - least / 2, middle + least / 2);
  }
  scrollTo(ref);
  setCurrent(ref);
  viewport()->update();
}

void TimelineCanvas::scrollTo(SliceRef ref) {
  const std::uint32_t row = m_scene.timeline(ref.side)->row_of(ref.slice);
  for (std::size_t band = 0; band < m_scene.bands().size(); ++band) {
    const TimelineBand& shown = m_scene.bands()[band];
    if (shown.kind != TimelineBand::Kind::row || shown.side != ref.side || shown.number != row) {
      continue;
    }
    m_marks.currentBand = static_cast<int>(band);
    QScrollBar& bar = *verticalScrollBar();
    const int room = viewport()->height() - m_painter.axisHeight();
    const int top = m_painter.topOf(band), bottom = top + m_painter.heightOf(band);
    if (top < bar.value()) bar.setValue(top);
    if (bottom > bar.value() + room) bar.setValue(bottom - room);
    return;
  }
}

void TimelineCanvas::setRange(TimeRange range, int firstBand, int lastBand) {
  m_marks.range = range;
  m_marks.firstBand = firstBand;
  m_marks.lastBand = lastBand;
  viewport()->update();
  Q_EMIT rangeChanged();
}

double TimelineCanvas::shareAt(int x) const {
  const double width = std::max(1, viewport()->width() - TimelinePainter::gutter);
  return std::clamp((x - TimelinePainter::gutter) / width, 0.0, 1.0);
}

double TimelineCanvas::timeAt(int x) const {
  return m_scene.window().from() + shareAt(x) * m_scene.window().span();
}

int TimelineCanvas::bandAt(int y) const {
  if (y < m_painter.axisHeight()) return -1;
  return m_painter.bandAt(y - m_painter.axisHeight() + verticalScrollBar()->value());
}

SliceRef TimelineCanvas::sliceAt(QPoint point) const {
  const int band = bandAt(point.y());
  if (band < 0 || point.x() < TimelinePainter::gutter) return {};
  const TimelineBand& shown = m_scene.bands()[static_cast<std::size_t>(band)];
  if (shown.kind != TimelineBand::Kind::row) return {};
  const Timeline& timeline = *m_scene.timeline(shown.side);
  const TimelineRow& row = timeline.rows[shown.number];
  // What is drawn in a pixel is the longest slice that begins in it, else the one over it.
  const double pixel =
      m_scene.window().span() / std::max(1, viewport()->width() - TimelinePainter::gutter);
  const double time = timeAt(point.x());
  const std::int64_t from = m_scene.clockTime(shown.side, time);
  const std::int64_t to = std::max(from + 1, m_scene.clockTime(shown.side, time + pixel));
  const SliceNumber over = timeline.at(row, from);
  const SliceNumber first = timeline.first_from(row, row.first, from);
  const SliceNumber behind = timeline.first_from(row, first, to);
  const SliceNumber longest = timeline.longest_of(first, behind);
  const bool isWide = over != no_slice && static_cast<double>(timeline.duration_ns[over]) >= pixel;
  return {shown.side, isWide || longest == no_slice ? over : longest};
}

void TimelineCanvas::zoom(double factor) {
  const QPoint pointer = viewport()->mapFromGlobal(QCursor::pos());
  const bool isOver = viewport()->underMouse() && viewport()->rect().contains(pointer) &&
                      pointer.x() > TimelinePainter::gutter;
  m_scene.window().zoom(isOver ? shareAt(pointer.x()) : 0.5, factor);
  viewport()->update();
}

void TimelineCanvas::panBy(double share) {
  m_scene.window().pan(share);
  viewport()->update();
}

void TimelineCanvas::showAll() {
  m_scene.window().showAll();
  viewport()->update();
}

void TimelineCanvas::fit() {
  if (!m_marks.current) return showAll();
  m_scene.window().show(m_scene.beginOf(m_marks.current), m_scene.endOf(m_marks.current));
  viewport()->update();
}

void TimelineCanvas::measure() {
  if (m_marks.current) {
    setRange({m_scene.beginOf(m_marks.current), m_scene.endOf(m_marks.current)});
  } else {
    setRange({m_scene.window().from(), m_scene.window().to()});
  }
}

void TimelineCanvas::followArrow() {
  const SliceRef ref = m_marks.current;
  if (!ref) return;
  const SliceNumber link = m_scene.timeline(ref.side)->link[ref.slice];
  if (link != no_slice) show({ref.side, link});
}

void TimelineCanvas::findNext(bool isBackward) {
  const SliceRef found =
      m_search.next(m_scene, m_marks.current, m_scene.window().from(), isBackward);
  if (found) show(found);
}

void TimelineCanvas::goToStep(int way) {
  const auto& steps = m_scene.steps();
  if (steps.empty()) return;
  const auto now = std::ranges::find_if(
      steps, [&](const StepRange& of) { return of.step == m_scene.alignedStep(); });
  auto at = now == steps.end() ? 0 : now - steps.begin() + way;
  at = std::clamp<std::ptrdiff_t>(at, 0, static_cast<std::ptrdiff_t>(steps.size()) - 1);
  m_scene.alignStep(steps[static_cast<std::size_t>(at)].step);
  viewport()->update();
}

}  // namespace actscope::gui
