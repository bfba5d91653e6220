// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QWidget>
#include <vector>

#include "models/call_tree.hpp"

namespace actscope::gui {

/// A tree of calls as boxes: a call's width is its total, what it calls stands below it. Of B − A
/// the width is the larger of both and the color says by how much B differs: orange more, blue
/// less. Click or Enter makes a call the whole width, Backspace its caller; arrows move.
class FlameChart : public QWidget {
  Q_OBJECT

 public:
  enum class Value { time, allocated, kept };
  struct Box {
    QRectF place;
    std::size_t node = 0;
    int rest = 0;  ///< above 0: so many calls that are too narrow, together
  };

  explicit FlameChart(QWidget* parent = nullptr);

  void setTree(CallTreePointer tree, Side side);
  void setValue(Value value);
  const std::vector<Box>& boxes() const { return m_boxes; }
  std::size_t current() const { return m_current; }

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;

 private:
  double valueOf(std::size_t node, int side) const;
  double widthOf(std::size_t node) const;
  QString describe(std::size_t node) const;
  void layOut();
  void layOutBelow(std::size_t node, const QRectF& place);
  const Box* boxAt(QPointF point) const;
  void setCurrent(std::size_t node);
  void enter(std::size_t node);
  bool move(int key);

  CallTreePointer m_tree;
  Side m_side = Side::a;
  Value m_value = Value::time;
  std::size_t m_root = 0, m_current = 0;
  std::vector<Box> m_boxes;
};

}  // namespace actscope::gui
