// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "views/timeline_canvas.hpp"

namespace actscope::gui {

using reports::no_slice;
using reports::SliceNumber;
using reports::Timeline;
using reports::TimelineRow;

bool TimelineCanvas::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const SliceRef ref = sliceAt(help->pos());
    if (ref) {
      QToolTip::showText(help->globalPos(), describeSlice(m_scene, ref), viewport());
    } else {
      QToolTip::hideText();
    }
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void TimelineCanvas::wheelEvent(QWheelEvent* event) {
  const double turns = event->angleDelta().y() / 120.0;
  const double aside = event->angleDelta().x() / 120.0;
  if (event->modifiers() & Qt::ControlModifier) {
    const int x = static_cast<int>(event->position().x());
    m_scene.window().zoom(shareAt(x), std::pow(0.8, turns));
  } else if (event->modifiers() & Qt::ShiftModifier) {
    m_scene.window().pan(-0.1 * (turns + aside));
  } else {
    if (aside != 0) m_scene.window().pan(-0.1 * aside);
    QScrollBar& bar = *verticalScrollBar();
    bar.setValue(bar.value() - static_cast<int>(std::lround(3 * turns * bar.singleStep())));
  }
  viewport()->update();
  event->accept();
}

void TimelineCanvas::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  m_pressed = m_last = event->pos();
  m_isMoved = false;
  if (event->pos().x() < TimelinePainter::gutter) return toggleLaneOf(bandAt(event->pos().y()));
  m_drag = event->modifiers() & Qt::ShiftModifier ? Drag::range : Drag::pan;
}

void TimelineCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (m_drag == Drag::none) return;
  constexpr int still = 4;
  m_isMoved = m_isMoved || (event->pos() - m_pressed).manhattanLength() > still;
  if (!m_isMoved) return;
  if (m_drag == Drag::pan) {
    const QPoint way = event->pos() - m_last;
    const int width = std::max(1, viewport()->width() - TimelinePainter::gutter);
    m_scene.window().pan(-static_cast<double>(way.x()) / width);
    verticalScrollBar()->setValue(verticalScrollBar()->value() - way.y());
  } else {
    const double from = timeAt(m_pressed.x()), to = timeAt(event->pos().x());
    const int last = static_cast<int>(m_scene.bands().size()) - 1;
    const auto band = [&](int y) {
      const int at = bandAt(y);
      return at >= 0 ? at : y < viewport()->height() / 2 ? 0 : last;
    };
    const int a = band(m_pressed.y()), b = band(event->pos().y());
    setRange({std::min(from, to), std::max(from, to)}, std::min(a, b), std::max(a, b));
  }
  m_last = event->pos();
  viewport()->update();
}

void TimelineCanvas::mouseReleaseEvent(QMouseEvent* event) {
  const Drag drag = m_drag;
  m_drag = Drag::none;
  if (drag == Drag::none || m_isMoved) return;
  m_marks.currentBand = bandAt(event->pos().y());
  setCurrent(sliceAt(event->pos()));
}

void TimelineCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->pos().x() < TimelinePainter::gutter) return;
  setCurrent(sliceAt(event->pos()));
  fit();
}

void TimelineCanvas::focusInEvent(QFocusEvent* event) {
  QAbstractScrollArea::focusInEvent(event);
  viewport()->update();
}

void TimelineCanvas::focusOutEvent(QFocusEvent* event) {
  QAbstractScrollArea::focusOutEvent(event);
  viewport()->update();
}

void TimelineCanvas::toggleLaneOf(int band) {
  while (band > 0 && m_scene.bands()[static_cast<std::size_t>(band)].title.isEmpty()) --band;
  if (band < 0) return;
  const TimelineBand shown = m_scene.bands()[static_cast<std::size_t>(band)];
  if (shown.kind != TimelineBand::Kind::row) return;
  m_scene.toggleLane(shown.side, m_scene.timeline(shown.side)->rows[shown.number].lane);
  sceneChanged();
  m_marks.currentBand = band;
  if (!m_marks.range.isEmpty()) setRange(m_marks.range);  // its bands have moved
}

// To the slice before or behind the current one; without one, to the first that is seen.
bool TimelineCanvas::moveAlongRow(int way) {
  const SliceRef ref = m_marks.current;
  if (ref) {
    const Timeline& timeline = *m_scene.timeline(ref.side);
    const TimelineRow& row = timeline.rows[timeline.row_of(ref.slice)];
    const bool isEnd = way < 0 ? ref.slice == row.first : ref.slice + 1 == row.end;
    if (!isEnd) show({ref.side, way < 0 ? ref.slice - 1 : ref.slice + 1});
    return true;
  }
  if (m_marks.currentBand < 0) moveBand(1);
  if (m_marks.currentBand < 0) return false;
  const TimelineBand& band = m_scene.bands()[static_cast<std::size_t>(m_marks.currentBand)];
  if (band.kind != TimelineBand::Kind::row) return false;
  const Timeline& timeline = *m_scene.timeline(band.side);
  const TimelineRow& row = timeline.rows[band.number];
  const SliceNumber first =
      timeline.first_ending_after(row, m_scene.clockTime(band.side, m_scene.window().from()));
  show({band.side, std::min(first, row.end - 1)});
  return true;
}

// To the slice around the current one, or the first inside it; else to the next lane.
bool TimelineCanvas::moveAcrossRows(int way) {
  const SliceRef ref = m_marks.current;
  if (ref) {
    const Timeline& timeline = *m_scene.timeline(ref.side);
    SliceNumber to = no_slice;
    if (way < 0) {
      to = timeline.parent(ref.slice);
    } else {
      const std::uint32_t inner = timeline.row_of(ref.slice) + 1;
      if (inner < timeline.rows.size() && timeline.rows[inner].depth > 0) {
        const TimelineRow& row = timeline.rows[inner];
        const SliceNumber first = timeline.first_from(row, row.first, timeline.begin_ns[ref.slice]);
        if (first < row.end && timeline.begin_ns[first] < timeline.end_ns(ref.slice)) to = first;
      }
    }
    if (to != no_slice) {
      show({ref.side, to});
      return true;
    }
    setCurrent({});
  }
  moveBand(way);
  return true;
}

void TimelineCanvas::moveBand(int way) {
  const int count = static_cast<int>(m_scene.bands().size());
  for (int band = m_marks.currentBand + way; band >= 0 && band < count; band += way) {
    const TimelineBand& shown = m_scene.bands()[static_cast<std::size_t>(band)];
    if (shown.kind != TimelineBand::Kind::row || shown.title.isEmpty()) continue;
    m_marks.currentBand = band;
    scrollTo({shown.side, m_scene.timeline(shown.side)->rows[shown.number].first});
    break;
  }
  viewport()->update();
}

// Moves the end of the range; a new one begins at the current slice or in the middle.
void TimelineCanvas::extendRange(double share) {
  const TimeWindow& window = m_scene.window();
  TimeRange range = m_marks.range;
  if (range.isEmpty()) {
    const double begin =
        m_marks.current ? m_scene.beginOf(m_marks.current) : (window.from() + window.to()) / 2;
    range = {begin, begin};
  }
  range.to = std::max(range.from, range.to + share * window.span());
  setRange(range, m_marks.firstBand, m_marks.lastBand);
}

void TimelineCanvas::keyPressEvent(QKeyEvent* event) {
  const bool isShift = event->modifiers() & Qt::ShiftModifier;
  if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
    return event->ignore();
  }
  const auto page = [&](QAbstractSlider::SliderAction action) {
    verticalScrollBar()->triggerAction(action);
  };
  switch (event->key()) {
    case Qt::Key_W:
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomIn();
    case Qt::Key_S:
    case Qt::Key_Minus:
      return zoomOut();
    case Qt::Key_A:
      return panBy(-0.2);
    case Qt::Key_D:
      return panBy(0.2);
    case Qt::Key_F:
      return fit();
    case Qt::Key_0:
    case Qt::Key_Home:
      return showAll();
    case Qt::Key_M:
      return measure();
    case Qt::Key_L:
      return followArrow();
    case Qt::Key_N:
      return findNext(isShift);
    case Qt::Key_P:
      return findNext(true);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return findNext(isShift);
    case Qt::Key_BracketLeft:
      return goToStep(-1);
    case Qt::Key_BracketRight:
      return goToStep(1);
    case Qt::Key_Slash:
      Q_EMIT searchAsked();
      return;
    case Qt::Key_C:
      return toggleLaneOf(m_marks.currentBand);
    case Qt::Key_Left:
      if (isShift) return extendRange(-0.02);
      if (moveAlongRow(-1)) return;
      break;
    case Qt::Key_Right:
      if (isShift) return extendRange(0.02);
      if (moveAlongRow(1)) return;
      break;
    case Qt::Key_Up:
      if (moveAcrossRows(-1)) return;
      break;
    case Qt::Key_Down:
      if (moveAcrossRows(1)) return;
      break;
    case Qt::Key_PageUp:
      return page(QAbstractSlider::SliderPageStepSub);
    case Qt::Key_PageDown:
      return page(QAbstractSlider::SliderPageStepAdd);
    case Qt::Key_Escape:
      if (!m_marks.range.isEmpty()) return setRange({});
      if (m_marks.current) return setCurrent({});
      break;
    default:
      break;
  }
  event->ignore();
}

}  // namespace actscope::gui
