// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QPoint>

#include "models/timeline_scene.hpp"
#include "models/timeline_search.hpp"
#include "views/timeline_painter.hpp"

namespace actscope::gui {

/// The picture of a timeline with its mouse and keys: what a mouse does here, a key does, too.
class TimelineCanvas : public QAbstractScrollArea {
  Q_OBJECT

 public:
  TimelineCanvas(TimelineScene& scene, TimelineSearch& search, QWidget* parent = nullptr);

  SliceRef current() const { return m_marks.current; }
  TimeRange range() const { return m_marks.range; }
  /// The bands that the range covers; none: all of them.
  std::vector<TimelineBand> rangeBands() const;
  /// Makes a slice the current one and brings it into view; none: nothing is current.
  void show(SliceRef ref);
  void setRange(TimeRange range, int firstBand = 0, int lastBand = -1);

  /// After the scene has other timelines, lanes or times.
  void sceneChanged();
  void repaintSoon() { viewport()->update(); }
  TimelinePainter& painter() { return m_painter; }
  /// Draws all of it, for exports.
  void paintInto(QPainter& painter, const QRect& area);

  /// The slice under a point of the viewport.
  SliceRef sliceAt(QPoint point) const;

 public Q_SLOTS:
  void zoomIn() { zoom(0.75); }
  void zoomOut() { zoom(1 / 0.75); }
  void panBy(double share);
  void showAll();
  /// The current slice, else everything.
  void fit();
  /// The range becomes that of the current slice; without one, what is shown.
  void measure();
  void followArrow();
  void findNext(bool isBackward = false);
  void goToStep(int way);

 Q_SIGNALS:
  void currentChanged();
  void rangeChanged();
  void searchAsked();

 protected:
  bool viewportEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  enum class Drag { none, pan, range };

  void setCurrent(SliceRef ref);
  void prepare();
  void zoom(double factor);
  double shareAt(int x) const;
  double timeAt(int x) const;
  int bandAt(int y) const;
  bool moveAlongRow(int way);
  bool moveAcrossRows(int way);
  void moveBand(int way);
  void extendRange(double share);
  void toggleLaneOf(int band);
  void scrollTo(SliceRef ref);
  void tellReaders();

  TimelineScene& m_scene;
  TimelineSearch& m_search;
  TimelinePainter m_painter;
  TimelineMarks m_marks;
  Drag m_drag = Drag::none;
  bool m_isMoved = false;
  QPoint m_pressed, m_last;
};

}  // namespace actscope::gui
