// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>

#include "models/row_filter.hpp"

namespace actscope::gui {

class Selection;

/// Sorts by the value behind a text; what has none comes last in either order. Shows the rows that
/// a filter lets through.
class ValueSorter : public QSortFilterProxyModel {
 public:
  using QSortFilterProxyModel::QSortFilterProxyModel;

  void setFilter(const RowFilter& filter);

 protected:
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  RowFilter m_filter;
};

/// A table of the dashboard: sorts by the number behind a text, filters by any column, copies,
/// follows the shared selection. Keys A and B pick, Ctrl+C copies, Enter makes a row current, S
/// brushes the selected rows, Escape shows all again.
class TableView : public QTableView {
  Q_OBJECT

 public:
  TableView(QAbstractItemModel& table, Selection& selection, QWidget* parent = nullptr);

  QSortFilterProxyModel& sorted() { return m_sorted; }
  /// The key of the row that has the focus; empty: none.
  QString currentKey() const;
  void fitColumns();
  /// As RowFilter reads it.
  void setFilter(const QString& text);

 public Q_SLOTS:
  void copySelection();
  void pickA();
  void pickB();
  void brushSelected();

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  void follow();

  Selection& m_selection;
  ValueSorter m_sorted;
  bool m_isFollowing = false;
};

}  // namespace actscope::gui
