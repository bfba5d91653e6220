// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/parallel_view.hpp"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>
#include <map>

#include "views/plot_style.hpp"
#include "views/plotting.hpp"

namespace actscope::gui {
namespace {

constexpr int lineShades = 8;
constexpr double rangeStep = 0.05;

}  // namespace

ParallelView::ParallelView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent) {
  controls().addStretch(1);
  plot().installEventFilter(this);
  // What was brushed elsewhere, or undone, is not what the ranges say any more.
  connect(&selection, &Selection::changed, this, [this] {
    if (!m_isApplying && this->selection().brushed() != keysWithin(m_parallel, m_ranges)) {
      m_ranges.clear();
    }
  });
}

void ParallelView::draw() {
  m_parallel = parallelOf(store().runs());
  QStringList fields;
  for (const ParallelAxis& axis : m_parallel.axes) fields << axis.field;
  if (fields != m_fields) m_ranges.clear();
  m_fields = fields;
  m_axis = std::clamp(m_axis, 0, std::max(0, static_cast<int>(fields.size()) - 1));
  // A picture is not dragged in.
  setMessage(m_parallel.message.isEmpty() && m_ranges.isEmpty() && isVisible()
                 ? tr("Drag along an axis to keep the runs that cross there, in every view.")
                 : m_parallel.message);
  const bool isEmpty = m_parallel.axes.empty();
  plot().axisRect()->setVisible(!isEmpty);
  fillParallelTable(twin(), m_parallel, selection());
  setCaption(isEmpty ? QString()
                     : tr("Options and metrics of %1 runs, colored by %2")
                           .arg(m_parallel.lines.size())
                           .arg(m_parallel.axes.back().title.toLower()));
  if (isEmpty) return;
  drawAxes();
  drawLines();
  drawRanges();
}

void ParallelView::drawAxes() {
  const auto count = static_cast<int>(m_parallel.axes.size());
  plot().yAxis->setVisible(false);
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->grid()->setVisible(false);
  const QSharedPointer<QCPAxisTickerText> titles(new QCPAxisTickerText);
  for (int i = 0; i < count; ++i)
    titles->addTick(i, m_parallel.axes[static_cast<std::size_t>(i)].title);
  plot().xAxis->setTicker(titles);
  plot().xAxis->setTickLength(0);
  plot().xAxis->setSubTickLength(0);
  plot().xAxis->setBasePen(Qt::NoPen);
  plot().xAxis->setRange(-0.5, count - 0.5);
  plot().yAxis->setRange(-0.09, 1.09);
  const auto place = [&](double x, double y, const QString& text, Qt::Alignment alignment) {
    auto* label = new QCPItemText(&plot());
    label->setLayer("overlay");
    label->position->setCoords(x, y);
    label->setPositionAlignment(alignment);
    // The rectangle of the axes is laid out later.
    const double room = 0.95 * plot().viewport().width() / count - 8;
    label->setText(
        fontMetrics().elidedText(text, Qt::ElideMiddle, static_cast<int>(std::max(20.0, room))));
    label->setFont(font());
    label->setColor(palette().color(QPalette::Text));
    QColor base = palette().color(QPalette::Base);
    base.setAlphaF(0.75F);
    label->setBrush(base);
  };
  for (int i = 0; i < count; ++i) {
    const ParallelAxis& axis = m_parallel.axes[static_cast<std::size_t>(i)];
    auto* line = new QCPItemLine(&plot());
    line->start->setCoords(i, 0);
    line->end->setCoords(i, 1);
    line->setPen(QPen(palette().color(QPalette::Text), i == m_axis && plot().hasFocus() ? 2.5 : 1));
    place(i, -0.01, axis.low, Qt::AlignHCenter | Qt::AlignTop);
    place(i, 1.01, axis.high, Qt::AlignHCenter | Qt::AlignBottom);
    constexpr qsizetype mostNames = 12;
    for (qsizetype name = 1; name + 1 < axis.names.size() && axis.names.size() <= mostNames;
         ++name) {
      place(i, static_cast<double>(name) / static_cast<double>(axis.names.size() - 1),
            axis.names[name], Qt::AlignCenter);
    }
  }
}

// One graph a shade: ten thousand graphs would take seconds.
void ParallelView::drawLines() {
  const bool isAllInFront = std::ranges::all_of(m_parallel.lines, [this](const ParallelLine& line) {
    return selection().isInFront(line.key);
  });
  std::map<std::pair<bool, int>, std::pair<QVector<double>, QVector<double>>> groups;
  const auto add = [](auto& group, const ParallelLine& line) {
    for (std::size_t axis = 0; axis < line.at.size(); ++axis) {
      group.first << static_cast<double>(axis);
      group.second << line.at[axis].value_or(NAN);
    }
    group.first << static_cast<double>(line.at.size());
    group.second << NAN;
  };
  for (const ParallelLine& line : m_parallel.lines) {
    const auto& last = line.at.back();
    const int shade = last ? static_cast<int>(std::lround(*last * (lineShades - 1))) : -1;
    add(groups[{selection().isInFront(line.key), shade}], line);
  }
  const auto drawGroup = [this](const auto& group, const QPen& pen) {
    auto* curve = new QCPCurve(plot().xAxis, plot().yAxis);
    curve->setPen(pen);
    curve->setData(group.first, group.second);
  };
  QCPColorGradient gradient = sequentialGradient();
  // The end of the colors that the background hides is left out.
  const auto seen = [isDarkBase = isDark(palette())](int shade) {
    const double share = shade / (lineShades - 1.0);
    return isDarkBase ? 0.3 + 0.7 * share : 0.85 * share;
  };
  for (const auto& [look, group] : groups) {
    const auto& [isInFront, shade] = look;
    QColor color = shade < 0 ? palette().color(QPalette::Mid)
                             : QColor::fromRgb(gradient.color(seen(shade), {0, 1}));
    color.setAlphaF(isInFront ? 0.85F : 0.12F);
    drawGroup(group, QPen(color, isInFront && !isAllInFront ? 2 : 1.3));
  }
  for (const ParallelLine& line : m_parallel.lines) {
    const bool isA = line.key == selection().a(), isB = line.key == selection().b();
    const bool isCurrent = line.key == selection().current();
    if (!isA && !isB && !isCurrent) continue;
    std::pair<QVector<double>, QVector<double>> one;
    add(one, line);
    const QColor color = isA   ? colorOfA(palette())
                         : isB ? colorOfB(palette())
                               : palette().color(QPalette::Text);
    drawGroup(one, QPen(color, 3, isCurrent ? Qt::SolidLine : Qt::DashLine));
  }
}

void ParallelView::drawRanges() {
  for (const int axis : m_ranges.keys()) {
    const ParallelRange range = m_ranges.value(axis);
    auto* box = new QCPItemRect(&plot());
    box->topLeft->setCoords(axis - 0.06, range.high);
    box->bottomRight->setCoords(axis + 0.06, range.low);
    QColor fill = palette().color(QPalette::Highlight);
    box->setPen(QPen(fill, 1.5));
    fill.setAlphaF(0.3F);
    box->setBrush(fill);
  }
}

QPoint ParallelView::pixelOf(int axis, double position) const {
  return {static_cast<int>(plot().xAxis->coordToPixel(axis)),
          static_cast<int>(plot().yAxis->coordToPixel(position))};
}

int ParallelView::axisAt(QPointF pixel) const {
  const double x = plot().xAxis->pixelToCoord(pixel.x());
  const auto axis = static_cast<int>(std::lround(x));
  const bool isNear = std::abs(plot().xAxis->coordToPixel(axis) - pixel.x()) <= 14;
  return isNear && axis >= 0 && axis < static_cast<int>(m_parallel.axes.size()) ? axis : -1;
}

double ParallelView::positionAt(QPointF pixel) const {
  return plot().yAxis->pixelToCoord(pixel.y());
}

void ParallelView::setRange(int axis, ParallelRange range) {
  if (range.low > range.high) std::swap(range.low, range.high);
  m_ranges.insert(axis, range);
  m_axis = axis;
  applyRanges();
}

void ParallelView::clearRange(int axis) {
  m_ranges.remove(axis);
  applyRanges();
}

void ParallelView::applyRanges() {
  m_isApplying = true;
  QSet<QString> keys = keysWithin(m_parallel, m_ranges);
  // An empty brush would mean every run.
  if (keys.isEmpty() && !m_ranges.isEmpty()) keys.insert(QString());
  selection().setBrushed(keys);
  m_isApplying = false;
  refreshSoon();
}

// The run whose line passes nearest between two axes.
void ParallelView::pickLineAt(QPointF pixel) {
  const double x = plot().xAxis->pixelToCoord(pixel.x());
  const auto left = static_cast<std::size_t>(std::max(0.0, std::floor(x)));
  if (left + 1 >= m_parallel.axes.size()) return;
  double nearest = 8;  // pixels
  QString key;
  for (const ParallelLine& line : m_parallel.lines) {
    if (!line.at[left] || !line.at[left + 1] || !selection().isInFront(line.key)) continue;
    const double share = x - static_cast<double>(left);
    const double y = *line.at[left] + share * (*line.at[left + 1] - *line.at[left]);
    const double distance = std::abs(plot().yAxis->coordToPixel(y) - pixel.y());
    if (distance >= nearest) continue;
    nearest = distance;
    key = line.key;
  }
  if (!key.isEmpty()) selection().setCurrent(key);
}

bool ParallelView::handleKey(int key) {
  const auto count = static_cast<int>(m_parallel.axes.size());
  if (count == 0) return false;
  ParallelRange range = m_ranges.value(m_axis);
  switch (key) {
    case Qt::Key_Left:
    case Qt::Key_Right:
      m_axis = std::clamp(m_axis + (key == Qt::Key_Right ? 1 : -1), 0, count - 1);
      refreshSoon();
      return true;
    case Qt::Key_Up:
      range.low = std::min(range.low + rangeStep, range.high);
      setRange(m_axis, range);
      return true;
    case Qt::Key_Down:
      range.high = std::max(range.high - rangeStep, range.low);
      setRange(m_axis, range);
      return true;
    case Qt::Key_Backspace:
      clearRange(m_axis);
      return true;
    default:
      return false;
  }
}

bool ParallelView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &plot()) {
    if (event->type() == QEvent::MouseButtonPress) {
      m_pressed = static_cast<QMouseEvent*>(event)->position();
      m_pressedAxis = axisAt(m_pressed);
    }
    if (event->type() == QEvent::MouseButtonRelease) {
      const QPointF released = static_cast<QMouseEvent*>(event)->position();
      const bool isDrag = std::abs(released.y() - m_pressed.y()) >= 4;
      if (m_pressedAxis >= 0 && isDrag) {
        setRange(m_pressedAxis, {positionAt(m_pressed), positionAt(released)});
      } else if (m_pressedAxis >= 0) {
        clearRange(m_pressedAxis);
      } else if (!isDrag) {
        pickLineAt(released);
      }
      m_pressedAxis = -1;
    }
    if (event->type() == QEvent::KeyPress && handleKey(static_cast<QKeyEvent*>(event)->key())) {
      return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) refreshSoon();
  }
  return ChartView::eventFilter(watched, event);
}

}  // namespace actscope::gui
