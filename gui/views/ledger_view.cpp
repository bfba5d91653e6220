// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/ledger_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHash>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <algorithm>

#include "models/folded_name.hpp"
#include "models/metric.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {

LedgerView::LedgerView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_grouping(addChoice(controls(), tr("&Group by"),
                           {tr("layer"), tr("layer, blocks folded"), tr("holder"), tr("type")})) {
  controls().addStretch(1);
  m_grouping->setCurrentIndex(static_cast<int>(LedgerGrouping::layer));
  connect(m_grouping, &QComboBox::currentIndexChanged, this, &LedgerView::refreshSoon);
  connect(tableView().selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          &LedgerView::refreshSoon);
  plot().axisRect()->setAutoMargins(QCP::msNone);
  plot().axisRect()->setMargins({0, 0, 0, 0});
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->setVisible(false);
  plot().yAxis->setRangeReversed(true);
  plot().setMouseTracking(true);
  plot().installEventFilter(this);
}

void LedgerView::read() {
  const RunPointer a = runA(), b = runB();
  const Side side = selection().side();
  if (a == m_a && b == m_b && side == m_side && m_grouping->currentIndex() == m_readGrouping)
    return;
  m_a = a;
  m_b = b;
  m_side = side;
  m_readGrouping = m_grouping->currentIndex();
  m_ledger = ledgerOf(a, b, side, static_cast<LedgerGrouping>(std::max(0, m_readGrouping)));
  fillLedgerTable(twin(), m_ledger, side);
  m_kinds.clear();
  QHash<QString, int> kinds;
  for (const QString& group : m_ledger.groups) {
    const QString kind = foldedName(group);
    if (!kinds.contains(kind)) kinds.insert(kind, static_cast<int>(kinds.size()));
    m_kinds.push_back(kinds.value(kind));
  }
}

void LedgerView::draw() {
  read();
  for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) axis->grid()->setVisible(false);
  const QSize size = plot().viewport().size();
  plot().xAxis->setRange(0, size.width());
  plot().yAxis->setRange(0, size.height());
  m_placed = ledgerBoxes(m_ledger, m_side, QRectF({0, 0}, size), fontMetrics().height() + 2);
  const bool isEmpty = m_placed.boxes.empty();
  plot().axisRect()->setVisible(!isEmpty);
  setMessage(m_ledger.message.isEmpty() ? m_ledger.summary : m_ledger.message);
  setCaption(isEmpty ? QString()
             : m_side == Side::difference
                 ? tr("Kept for backward, B − A: %1 − %2; area: the larger of the two, orange: "
                      "more, blue: less")
                       .arg(m_b->name, m_a->name)
                 : tr("Kept for backward by %1: every storage")
                       .arg((m_side == Side::a ? m_a : m_b)->name));
  const int chosen = chosenRow();
  const LedgerBox* ringed = nullptr;
  for (const LedgerBox& box : m_placed.boxes) {
    const bool isChosen =
        chosen >= 0 &&
        std::ranges::find(box.rows, static_cast<std::size_t>(chosen)) != box.rows.end();
    if (isChosen) ringed = &box;
    drawBox(box, false);
  }
  for (std::size_t group = 0; group < m_placed.groups.size(); ++group) drawHead(group);
  if (ringed != nullptr) drawBox(*ringed, true);
}

QColor LedgerView::colorOf(const LedgerBox& box) const {
  if (m_side != Side::difference) {
    return seriesColor(palette(), m_kinds[box.group]);
  }
  double less = 0, all = 0;
  for (const std::size_t row : box.rows) {
    less += m_ledger.rows[row].of(m_side);
    all += m_ledger.rows[row].extent(m_side);
  }
  QCPColorGradient gradient = divergingGradient(palette(), false);
  return QColor::fromRgb(gradient.color(all > 0 ? less / all : 0, {-1, 1}));
}

double LedgerView::bytesOf(const LedgerBox& box) const {
  double bytes = 0;
  for (const std::size_t row : box.rows) bytes += m_ledger.rows[row].of(m_side);
  return bytes;
}

QString LedgerView::nameOf(const LedgerBox& box) const {
  if (box.rows.size() > 1) return tr("%1 more").arg(box.rows.size());
  const LedgerRow& row = m_ledger.rows[box.rows.front()];
  const bool isByHolder = static_cast<LedgerGrouping>(m_readGrouping) == LedgerGrouping::holder;
  if (isByHolder) return row.slot.isEmpty() ? row.layer : row.layer + ' ' + row.slot;
  return row.slot.isEmpty() ? row.holder : row.slot;
}

QString LedgerView::tipOf(const LedgerBox& box) const {
  const double bytes = bytesOf(box);
  const QString amount = m_side == Side::difference ? signedBytes(bytes) : bytesText(bytes);
  if (box.rows.size() > 1) {
    return tr("%1: %2 small storages, %3")
        .arg(m_ledger.groups[static_cast<qsizetype>(box.group)])
        .arg(box.rows.size())
        .arg(amount);
  }
  const LedgerRow& row = m_ledger.rows[box.rows.front()];
  QStringList lines{row.layer + (row.slot.isEmpty() ? QString() : ", slot " + row.slot),
                    tr("%1, %2 %3").arg(row.holder, row.dtype, row.shape).trimmed(), amount};
  if (m_side == Side::difference) {
    lines.last() +=
        tr(" (A %1, B %2)").arg(bytesText(row.a.value_or(0)), bytesText(row.b.value_or(0)));
  } else if (m_ledger.kept > 0) {
    lines.last() += tr(", %1 % of all").arg(100 * bytes / m_ledger.kept, 0, 'f', 1);
  }
  if (!row.also.isEmpty()) lines << tr("also held by %1").arg(row.also);
  if (row.unused > 0) lines << tr("%1 of it is read by nobody").arg(bytesText(row.unused));
  if (!row.notes.isEmpty()) lines << row.notes;
  return lines.join('\n');
}

void LedgerView::drawText(const QRectF& rect, const QString& text, const QColor& color) {
  constexpr double padding = 4;
  const double room = rect.width() - 2 * padding;
  const int height = fontMetrics().height();
  if (rect.height() < height || room < 3 * fontMetrics().averageCharWidth()) return;
  QStringList lines = text.split('\n');
  while (lines.size() > 1 && static_cast<double>(lines.size()) * height > rect.height())
    lines.removeLast();
  for (QString& line : lines)
    line = fontMetrics().elidedText(line, Qt::ElideRight, static_cast<int>(room));
  auto* label = new QCPItemText(&plot());
  label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
  label->setTextAlignment(Qt::AlignLeft);
  label->position->setCoords(rect.left() + padding, rect.top() + 1);
  label->setText(lines.join('\n'));
  label->setFont(font());
  label->setColor(color);
}

void LedgerView::drawBox(const LedgerBox& box, bool isChosen) {
  auto* rect = new QCPItemRect(&plot());
  rect->topLeft->setCoords(box.rect.topLeft());
  rect->bottomRight->setCoords(box.rect.bottomRight());
  if (isChosen) {
    rect->setPen(QPen(palette().color(QPalette::Text), 3));
    rect->setBrush(Qt::NoBrush);
    return;
  }
  const QColor color = colorOf(box);
  rect->setPen(QPen(palette().color(QPalette::Base), 1));
  rect->setBrush(color);
  const double bytes = bytesOf(box);
  drawText(
      box.rect,
      nameOf(box) + '\n' + (m_side == Side::difference ? signedBytes(bytes) : bytesText(bytes)),
      inkOn(color));
}

// The name of a group above its boxes, where they leave room for it.
void LedgerView::drawHead(std::size_t group) {
  const QRectF rect = m_placed.groups[group];
  double top = rect.bottom(), bytes = 0;
  for (const LedgerBox& box : m_placed.boxes) {
    if (box.group != group) continue;
    top = std::min(top, box.rect.top());
    bytes += bytesOf(box);
  }
  if (top - rect.top() < fontMetrics().height()) return;
  drawText({rect.left(), rect.top(), rect.width(), top - rect.top()},
           m_ledger.groups[static_cast<qsizetype>(group)] + "  " +
               (m_side == Side::difference ? signedBytes(bytes) : bytesText(bytes)),
           palette().color(QPalette::Text));
}

const LedgerBox* LedgerView::boxAt(QPointF pixel) const {
  const auto place = std::ranges::find_if(
      m_placed.boxes, [&](const LedgerBox& box) { return box.rect.contains(pixel); });
  return place == m_placed.boxes.end() ? nullptr : &*place;
}

QPoint LedgerView::largestBox() const {
  const auto place = std::ranges::max_element(m_placed.boxes, {}, [](const LedgerBox& box) {
    return box.rect.width() * box.rect.height();
  });
  return place == m_placed.boxes.end() ? QPoint() : place->rect.center().toPoint();
}

int LedgerView::chosenRow() const {
  const QModelIndex current = tableView().currentIndex();
  return current.isValid() ? tableView().sorted().mapToSource(current).row() : -1;
}

void LedgerView::chooseRow(std::size_t row) {
  const QModelIndex index =
      tableView().sorted().mapFromSource(twin().index(static_cast<int>(row), 0));
  tableView().setCurrentIndex(index);
  tableView().scrollTo(index);
}

void LedgerView::chooseNext(int step) {
  const int rows = tableView().sorted().rowCount();
  if (rows == 0) return;
  const int now =
      tableView().currentIndex().isValid() ? tableView().currentIndex().row() + step : 0;
  tableView().setCurrentIndex(tableView().sorted().index(std::clamp(now, 0, rows - 1), 0));
}

bool LedgerView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &plot()) {
    if (event->type() == QEvent::Resize) refreshSoon();
    if (event->type() == QEvent::MouseButtonPress) {
      const LedgerBox* box = boxAt(static_cast<QMouseEvent*>(event)->position());
      if (box != nullptr) chooseRow(box->rows.front());
    }
    if (event->type() == QEvent::ToolTip) {
      const auto* help = static_cast<QHelpEvent*>(event);
      const LedgerBox* box = boxAt(help->pos());
      QToolTip::showText(help->globalPos(), box == nullptr ? QString() : tipOf(*box), &plot());
      return true;
    }
    if (event->type() == QEvent::KeyPress) {
      const int key = static_cast<QKeyEvent*>(event)->key();
      const bool isNext = key == Qt::Key_Right || key == Qt::Key_Down;
      if (isNext || key == Qt::Key_Left || key == Qt::Key_Up)
        return chooseNext(isNext ? 1 : -1), true;
    }
  }
  return ChartView::eventFilter(watched, event);
}

}  // namespace actscope::gui
