// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/table_model.hpp"

#include <QLocale>

namespace actscope::gui {
namespace {

QString plainText(const QVariant& value) {
  if (value.typeId() == QMetaType::Double) return QString::number(value.toDouble(), 'g', 12);
  return value.toString();
}

QString quoted(QString text) {
  if (!text.contains(',') && !text.contains('"') && !text.contains('\n')) return text;
  return '"' + text.replace("\"", "\"\"") + '"';
}

}  // namespace

void TableModel::setTable(std::vector<Column> columns, std::vector<TableRow> rows) {
  beginResetModel();
  m_columns = std::move(columns);
  m_rows = std::move(rows);
  endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int TableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto column = static_cast<std::size_t>(index.column());
  const TableRow& row = m_rows[static_cast<std::size_t>(index.row())];
  const Cell& cell = row.cells[column];
  switch (role) {
    case Qt::DisplayRole:
      return cell.text;
    case plainRole:
    case sortRole:
      return cell.value;
    case keyRole:
      return row.key;
    case Qt::ToolTipRole:
      return cell.tip.isEmpty() ? plainText(cell.value) : cell.tip;
    case Qt::TextAlignmentRole:
      return static_cast<int>((m_columns[column].isNumber ? Qt::AlignRight : Qt::AlignLeft) |
                              Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  const Column& column = m_columns[static_cast<std::size_t>(section)];
  if (role == Qt::DisplayRole) return column.title;
  if (role == plainRole) return column.field;
  return {};
}

QString csvOf(const QAbstractItemModel& table) {
  QString csv;
  const int columns = table.columnCount();
  for (int column = 0; column < columns; ++column) {
    csv += (column > 0 ? "," : "") +
           quoted(table.headerData(column, Qt::Horizontal, plainRole).toString());
  }
  csv += '\n';
  for (int row = 0; row < table.rowCount(); ++row) {
    for (int column = 0; column < columns; ++column) {
      csv += (column > 0 ? "," : "") + quoted(plainText(table.index(row, column).data(plainRole)));
    }
    csv += '\n';
  }
  return csv;
}

QString textOf(const QAbstractItemModel& table, const QModelIndexList& rows) {
  QStringList lines, cells;
  for (int column = 0; column < table.columnCount(); ++column) {
    cells << table.headerData(column, Qt::Horizontal).toString();
  }
  lines << cells.join('\t');
  for (const QModelIndex& row : rows) {
    cells.clear();
    for (int column = 0; column < table.columnCount(); ++column) {
      cells << row.siblingAtColumn(column).data().toString();
    }
    lines << cells.join('\t');
  }
  return lines.join('\n') + '\n';
}

}  // namespace actscope::gui
