// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QModelIndexList>
#include <QString>
#include <vector>

namespace actscope::gui {

/// Roles of every table of the dashboard. DisplayRole has human units, ToolTipRole the exact value
/// or a message, and for headers DisplayRole the title and plainRole the name of the field.
enum TableRole {
  plainRole = Qt::UserRole,  ///< the plain number or text: for CSV
  sortRole,                  ///< what rows are sorted by
  keyRole,                   ///< the run that the row is about; empty: none
};

struct Column {
  QString field;  ///< in CSV: "saved_bytes"
  QString title;
  bool isNumber = true;
};

struct Cell {
  QString text;
  QVariant value;  ///< plain number or text; invalid: none
  QString tip;     ///< empty: the plain value

  static Cell of(const QString& text) { return {text, text, {}}; }
  static Cell none(const QString& why = {}) { return {"–", {}, why}; }
};

struct TableRow {
  std::vector<Cell> cells;
  QString key;
};

/// A table whose rows were worked out beforehand: the twin of a chart.
class TableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  void setTable(std::vector<Column> columns, std::vector<TableRow> rows);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation,
                      int role = Qt::DisplayRole) const override;

 private:
  std::vector<Column> m_columns;
  std::vector<TableRow> m_rows;
};

/// Any table of the dashboard as CSV: field names, then plain values; quoted where needed.
QString csvOf(const QAbstractItemModel& table);
/// What a person sees, separated by tabs, with the titles: for the clipboard.
QString textOf(const QAbstractItemModel& table, const QModelIndexList& rows);

}  // namespace actscope::gui
