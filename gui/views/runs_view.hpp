// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>
#include <QWidget>

#include "models/run_table_model.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace actscope::gui {

/// Sortable, filterable table of runs. F5 reads again, Ctrl+F goes to the filter, Ctrl+C copies the
/// selected rows.
class RunsView : public QWidget {
  Q_OBJECT

 public:
  explicit RunsView(const QStringList& places, QWidget* parent = nullptr);

  const RunTableModel& model() const { return m_model; }

 public Q_SLOTS:
  void reload();
  void copySelection();

 private:
  void updateSummary();

  QStringList m_places;
  RunTableModel m_model;
  QSortFilterProxyModel m_sorted;
  QLineEdit* m_filter;
  QTableView* m_table;
  QLabel* m_summary;
};

}  // namespace actscope::gui
