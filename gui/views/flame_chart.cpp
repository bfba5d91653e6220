// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/flame_chart.hpp"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "models/metric.hpp"
#include "views/plot_style.hpp"

namespace actscope::gui {
namespace {

int rowHeight(const QWidget& widget) {
  return widget.fontMetrics().height() + 4;
}

}  // namespace

FlameChart::FlameChart(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMinimumHeight(100);
  setAccessibleName(tr("Flame chart"));
}

void FlameChart::setTree(CallTreePointer tree, Side side) {
  if (tree != m_tree) m_root = m_current = 0;
  m_tree = std::move(tree);
  m_side = side;
  layOut();
}

void FlameChart::setValue(Value value) {
  m_value = value;
  layOut();
}

double FlameChart::valueOf(std::size_t node, int side) const {
  const CallNode::Of& of = m_tree->nodes[node].of[side];
  const std::int64_t value = m_value == Value::time        ? of.total_ns
                             : m_value == Value::allocated ? of.allHereBytes
                                                           : of.allKeptBytes;
  return static_cast<double>(value);
}

// What frees more than it takes has no width.
double FlameChart::widthOf(std::size_t node) const {
  const double a = std::max(0.0, valueOf(node, 0)), b = std::max(0.0, valueOf(node, 1));
  return m_side == Side::a ? a : m_side == Side::b ? b : std::max(a, b);
}

void FlameChart::layOut() {
  m_boxes.clear();
  if (m_tree && width() > 0) {
    const QRectF whole(0, 0, width(), rowHeight(*this));
    if (widthOf(m_root) > 0) {
      m_boxes.push_back({whole, m_root});
      layOutBelow(m_root, whole);
    }
  }
  update();
}

void FlameChart::layOutBelow(std::size_t node, const QRectF& place) {
  const double top = place.bottom();
  if (top >= height()) return;
  std::vector<std::size_t> children = m_tree->nodes[node].children;
  std::ranges::stable_sort(children, std::greater<>(),
                           [this](std::size_t child) { return widthOf(child); });
  double all = widthOf(node), sum = 0;
  for (const std::size_t child : children) sum += widthOf(child);
  all = std::max(all, sum);  // of a pair the larger ones may be more than the whole
  if (all <= 0) return;
  double left = place.left(), restWidth = 0;
  int rest = 0;
  constexpr double least = 1.5;
  for (const std::size_t child : children) {
    const double childWidth = widthOf(child) / all * place.width();
    if (childWidth < least) {
      restWidth += childWidth;
      ++rest;
      continue;
    }
    const QRectF box(left, top, childWidth, place.height());
    m_boxes.push_back({box, child});
    layOutBelow(child, box);
    left += childWidth;
  }
  if (restWidth > 0) m_boxes.push_back({{left, top, restWidth, place.height()}, node, rest});
}

QString FlameChart::describe(std::size_t node) const {
  const CallNode& of = m_tree->nodes[node];
  const auto text = [this](double value, bool isSigned) {
    if (m_value == Value::time) return (isSigned && value > 0 ? "+" : "") + timeText(value);
    return isSigned || value < 0 ? signedBytes(value) : bytesText(value);
  };
  const double a = valueOf(node, 0), b = valueOf(node, 1);
  const double shown = m_side == Side::a ? a : m_side == Side::b ? b : b - a;
  QString line = of.name + ", " + of.kind + ": " + text(shown, m_side == Side::difference);
  if (m_side == Side::difference) {
    line += QString(" (A %1, B %2)").arg(text(a, false), text(b, false));
  }
  const double whole = widthOf(0);
  if (whole > 0) line += QString(", %1 % of all").arg(100 * widthOf(node) / whole, 0, 'f', 1);
  return line;
}

void FlameChart::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  const QColor base = palette().color(QPalette::Base);
  painter.fillRect(rect(), base);
  for (const Box& box : m_boxes) {
    QColor fill = mixed(base, palette().color(QPalette::Text), 0.2);
    const CallNode& node = m_tree->nodes[box.node];
    if (box.rest == 0 && m_side == Side::difference) {
      const double a = valueOf(box.node, 0), b = valueOf(box.node, 1);
      const double most = std::max({std::abs(a), std::abs(b), 1.0});
      const double change = std::clamp((b - a) / most, -1.0, 1.0);
      fill = mixed(fill, QColor(change > 0 ? worseColor : betterColor), std::abs(change));
    } else if (box.rest == 0) {
      fill = mixed(base, seriesColor(palette(), static_cast<int>(qHash(node.name, 7) % 8)), 0.8);
    }
    const QRectF place = box.place.adjusted(0, 0, box.place.width() > 3 ? -1 : 0, -1);
    painter.fillRect(place, fill);
    constexpr double leastWidth = 28;
    if (box.rest == 0 && place.width() >= leastWidth) {
      painter.setPen(inkOn(fill));
      painter.drawText(
          place.adjusted(3, 0, -2, 0), Qt::AlignLeft | Qt::AlignVCenter,
          fontMetrics().elidedText(node.name, Qt::ElideRight, static_cast<int>(place.width()) - 5));
    }
    if (box.rest == 0 && box.node == m_current && hasFocus()) {
      painter.setPen(QPen(palette().color(QPalette::Text), 2));
      painter.drawRect(place.adjusted(1, 1, -1, -1));
    }
  }
}

void FlameChart::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  layOut();
}

const FlameChart::Box* FlameChart::boxAt(QPointF point) const {
  const auto found =
      std::ranges::find_if(m_boxes, [&](const Box& box) { return box.place.contains(point); });
  return found == m_boxes.end() ? nullptr : &*found;
}

bool FlameChart::event(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const Box* box = boxAt(help->pos());
    const QString text = !box            ? QString()
                         : box->rest > 0 ? tr("%1 calls that are too narrow to draw").arg(box->rest)
                                         : describe(box->node);
    QToolTip::showText(help->globalPos(), text, this);
    return true;
  }
  return QWidget::event(event);
}

void FlameChart::setCurrent(std::size_t node) {
  m_current = node;
  setAccessibleName(tr("Flame chart: %1").arg(describe(node)));
  QAccessibleEvent told(this, QAccessible::NameChanged);
  QAccessible::updateAccessibility(&told);
  update();
}

void FlameChart::enter(std::size_t node) {
  m_root = node;
  setCurrent(node);
  layOut();
}

void FlameChart::mousePressEvent(QMouseEvent* event) {
  const Box* box = boxAt(event->position());
  if (!box || box->rest > 0) return;
  // The whole's box leads out again.
  enter(box->node == m_root ? m_tree->nodes[m_root].parent : box->node);
}

bool FlameChart::move(int key) {
  const auto now = std::ranges::find_if(
      m_boxes, [&](const Box& box) { return box.node == m_current && box.rest == 0; });
  if (now == m_boxes.end()) return false;
  const Box* best = nullptr;
  for (const Box& box : m_boxes) {
    if (box.rest > 0) continue;
    const bool isRow = box.place.top() == now->place.top();
    const bool isBelow = m_tree->nodes[box.node].parent == m_current && box.node != 0;
    if (key == Qt::Key_Left && isRow && box.place.left() < now->place.left()) {
      if (!best || box.place.left() > best->place.left()) best = &box;
    } else if (key == Qt::Key_Right && isRow && box.place.left() > now->place.left()) {
      if (!best || box.place.left() < best->place.left()) best = &box;
    } else if (key == Qt::Key_Up && box.node == m_tree->nodes[m_current].parent) {
      best = &box;
    } else if (key == Qt::Key_Down && isBelow && !best) {
      best = &box;
    }
  }
  if (best) setCurrent(best->node);
  return true;
}

void FlameChart::keyPressEvent(QKeyEvent* event) {
  if (!m_tree || m_boxes.empty()) return event->ignore();
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
      if (move(event->key())) return;
      break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      return enter(m_current);
    case Qt::Key_Backspace:
      return enter(m_tree->nodes[m_root].parent);
    default:
      break;
  }
  event->ignore();
}

}  // namespace actscope::gui
