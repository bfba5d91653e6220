// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/run_table_model.hpp"
#include "views/view.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace actscope::gui {

class TableView;

/// All runs, those of a sweep that are not done included; below them A and B side by side.
class RunsView : public View {
  Q_OBJECT

 public:
  RunsView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "runs"; }
  QString title() const override { return tr("Runs"); }
  const QAbstractItemModel& table() const override { return m_model; }
  void focusFilter() override;
  void toggleTable() override;

  TableView& tableView() { return *m_table; }
  QLineEdit& filter() { return *m_filter; }
  /// Shows exactly these columns; remembered between sessions by the window.
  QList<int> shownColumns() const;
  void setShownColumns(const QList<int>& columns);

 Q_SIGNALS:
  void columnsChanged();

 protected:
  void refresh() override;

 private:
  void offerColumns(const QPoint& where);
  void updateSummary();

  RunTableModel m_model;
  TableModel m_pair;
  QLineEdit* m_filter;
  QLabel* m_summary;
  TableView* m_table;
  TableView* m_pairView;
  bool m_isFitted = false;
};

}  // namespace actscope::gui
