// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/table_view.hpp"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QSet>
#include <algorithm>
#include <utility>

#include "models/selection.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

bool ValueSorter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const bool hasLeft = left.data(sortRole()).isValid(), hasRight = right.data(sortRole()).isValid();
  if (hasLeft != hasRight) return (sortOrder() == Qt::AscendingOrder) == hasLeft;
  return QSortFilterProxyModel::lessThan(left, right);
}

void ValueSorter::setFilter(const RowFilter& filter) {
  m_filter = filter;
  invalidateFilter();
}

bool ValueSorter::filterAcceptsRow(int row, const QModelIndex& /*parent*/) const {
  return m_filter.isEmpty() || m_filter.accepts(*sourceModel(), row);
}

TableView::TableView(QAbstractItemModel& table, Selection& selection, QWidget* parent)
    : QTableView(parent), m_selection(selection) {
  m_sorted.setSourceModel(&table);
  m_sorted.setSortRole(sortRole);
  setModel(&m_sorted);
  setSortingEnabled(true);
  m_sorted.sort(-1);
  horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setStretchLastSection(true);
  horizontalHeader()->setSectionsMovable(true);
  horizontalHeader()->setResizeContentsPrecision(200);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
  setAlternatingRowColors(true);
  setShowGrid(false);
  setWordWrap(false);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setTabKeyNavigation(false);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
    if (!m_isFollowing && !currentKey().isEmpty()) m_selection.setCurrent(currentKey());
  });
  connect(&m_selection, &Selection::changed, this, &TableView::follow);
  connect(&m_sorted, &QAbstractItemModel::modelReset, this, &TableView::follow);
}

QString TableView::currentKey() const {
  return currentIndex().isValid() ? currentIndex().data(keyRole).toString() : QString();
}

void TableView::fitColumns() {
  constexpr int room = 12;
  constexpr int most = 400;  // a long message is read in its tool tip
  // A stretched column that is widened would reach beyond the view.
  const bool isStretched = horizontalHeader()->stretchLastSection();
  horizontalHeader()->setStretchLastSection(false);
  resizeColumnsToContents();
  for (int column = 0; column < m_sorted.columnCount(); ++column) {
    if (!isColumnHidden(column)) setColumnWidth(column, std::min(columnWidth(column) + room, most));
  }
  horizontalHeader()->setStretchLastSection(isStretched);
}

void TableView::setFilter(const QString& text) {
  m_sorted.setFilter(RowFilter(text));
  follow();
}

void TableView::copySelection() {
  QModelIndexList rows = selectionModel()->selectedRows();
  if (rows.isEmpty()) {
    for (int row = 0; row < m_sorted.rowCount(); ++row) rows << m_sorted.index(row, 0);
  }
  std::ranges::sort(rows, {}, &QModelIndex::row);
  QGuiApplication::clipboard()->setText(textOf(m_sorted, rows));
}

void TableView::pickA() {
  if (!currentKey().isEmpty()) m_selection.setA(currentKey());
}

void TableView::pickB() {
  if (!currentKey().isEmpty()) m_selection.setB(currentKey());
}

void TableView::brushSelected() {
  QSet<QString> keys;
  for (const QModelIndex& row : selectionModel()->selectedRows()) {
    const QString key = row.data(keyRole).toString();
    if (!key.isEmpty()) keys.insert(key);
  }
  m_selection.setBrushed(keys);
}

void TableView::follow() {
  const QString& key = m_selection.current();
  if (key.isEmpty() || currentKey() == key) return;
  for (int row = 0; row < m_sorted.rowCount(); ++row) {
    const QModelIndex index = m_sorted.index(row, 0);
    if (index.data(keyRole).toString() != key) continue;
    m_isFollowing = true;
    // The focus may stand in a hidden column.
    int column = 0;
    while (isColumnHidden(column) && column + 1 < m_sorted.columnCount()) ++column;
    selectionModel()->setCurrentIndex(
        m_sorted.index(row, column),
        QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(m_sorted.index(row, column));
    m_isFollowing = false;
    return;
  }
}

// Qt makes the first row current where none is: that is nobody's choice.
void TableView::focusInEvent(QFocusEvent* event) {
  const bool wasFollowing = std::exchange(m_isFollowing, true);
  QTableView::focusInEvent(event);
  m_isFollowing = wasFollowing;
}

void TableView::keyPressEvent(QKeyEvent* event) {
  const bool isPlain = event->modifiers() == Qt::NoModifier;
  if (event->matches(QKeySequence::Copy)) return copySelection();
  if (isPlain && event->key() == Qt::Key_A) return pickA();
  if (isPlain && event->key() == Qt::Key_B) return pickB();
  if (isPlain && event->key() == Qt::Key_S) return brushSelected();
  if (isPlain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
    if (!currentKey().isEmpty()) m_selection.setCurrent(currentKey());
    return;
  }
  // Other letters would jump by text, which hides the shortcuts of the window.
  if (isPlain && event->key() >= Qt::Key_A && event->key() <= Qt::Key_Z) return event->ignore();
  if (event->text() == "?") return event->ignore();
  QTableView::keyPressEvent(event);
}

void TableView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  const bool isRun = !currentKey().isEmpty();
  menu.addAction(tr("Pick as A\tA"), this, &TableView::pickA)->setEnabled(isRun);
  menu.addAction(tr("Pick as B\tB"), this, &TableView::pickB)->setEnabled(isRun);
  menu.addAction(tr("Show only these\tS"), this, &TableView::brushSelected)->setEnabled(isRun);
  menu.addSeparator();
  menu.addAction(tr("Copy\tCtrl+C"), this, &TableView::copySelection);
  menu.exec(event->globalPos());
}

}  // namespace actscope::gui
