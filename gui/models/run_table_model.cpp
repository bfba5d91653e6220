// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_table_model.hpp"

#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <QLocale>

#include "actscope/base/file.hpp"
#include "actscope/base/units.hpp"
#include "actscope/reports/run_document.hpp"

namespace actscope::gui {
namespace {

QStringList reportsBelow(const QStringList& places) {
  QStringList files;
  for (const QString& place : places) {
    if (!QFileInfo(place).isDir()) {
      files << place;
      continue;
    }
    QDirIterator below(place, {"report.json"}, QDir::Files, QDirIterator::Subdirectories);
    while (below.hasNext()) files << below.next();
  }
  files.sort();
  files.removeDuplicates();
  return files;
}

template <class Number>
QVariant variant(const Measured<Number>& measured) {
  if (!measured.value) return {};
  return QVariant::fromValue(static_cast<double>(*measured.value));
}

bool hasBlocks(const RunConfig& config) {
  return config.scheme.find("bsr") != std::string::npos;
}

QString statusText(const RunRecord& record) {
  switch (record.status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::interrupted:
      return "interrupted";
    case RunStatus::failed:
      return "failed";
  }
  return {};
}

}  // namespace

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunTableModel::load(const QStringList& places) {
  beginResetModel();
  m_rows.clear();
  for (const QString& file : reportsBelow(places)) {
    const QFileInfo info(file);
    Row row;
    row.name = info.fileName() == "report.json" ? info.absoluteDir().dirName() : info.baseName();
    try {
      const std::string path = file.toStdString();
      row.record = reports::read_run_document(read_file(path), path);
    } catch (const std::exception& error) {
      row.message = QString::fromUtf8(error.what());
    }
    m_rows.push_back(std::move(row));
  }
  endResetModel();
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnsCount;
}

QVariant RunTableModel::number(const Row& row, int column) const {
  const RunSummary& s = row.record.summary;
  const RunConfig& c = row.record.config;
  switch (column) {
    case block:
      return hasBlocks(c) ? QVariant(static_cast<double>(c.block_rows * c.block_cols)) : QVariant();
    case sparsity:
      return hasBlocks(c) ? QVariant(c.sparsity_ratio) : QVariant();
    case saved:
      return variant(s.saved_bytes);
    case fewer:
      if (!s.saved_bytes.value || *s.saved_bytes.value <= 0) return {};
      return static_cast<double>(s.dense_saved_bytes) / static_cast<double>(*s.saved_bytes.value);
    case peak:
      return variant(s.peak_bytes);
    case step:
      return variant(s.step_time_s);
    case accuracy:
      return variant(s.heldout_accuracy_ratio);
    default:
      return {};
  }
}

QString RunTableModel::text(const Row& row, int column) const {
  const RunConfig& c = row.record.config;
  if (column == name) return row.name;
  if (!row.message.isEmpty()) return column == status ? "unreadable" : QString();
  const QVariant value = number(row, column);
  const double n = value.toDouble();
  switch (column) {
    case status:
      return statusText(row.record);
    case scheme:
      return QString::fromStdString(c.scheme);
    case block:
      return value.isValid() ? QString("%1x%2").arg(c.block_rows).arg(c.block_cols) : QString("–");
    case sparsity:
      return value.isValid() ? QString("%1 %").arg(100 * n, 0, 'g', 4) : QString("–");
    default:
      break;
  }
  if (!value.isValid()) return "n/a";
  switch (column) {
    case saved:
    case peak:
      return QString::fromStdString(format_bytes(static_cast<std::int64_t>(n)));
    case fewer:
      return QString("%1x").arg(n, 0, 'f', 2);
    case step:
      return QString::fromStdString(format_duration(n));
    default:
      return QString("%1 %").arg(100 * n, 0, 'f', 1);
  }
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const Row& row = m_rows[static_cast<std::size_t>(index.row())];
  switch (role) {
    case Qt::DisplayRole:
      return text(row, index.column());
    case Qt::UserRole: {
      const QVariant value = number(row, index.column());
      return value.isValid()
                 ? value
                 : QVariant(index.column() <= scheme ? text(row, index.column()) : QString());
    }
    case Qt::ToolTipRole: {
      if (!row.message.isEmpty()) return row.message;
      const QVariant value = number(row, index.column());
      return value.isValid() ? QLocale().toString(value.toDouble(), 'g', 12)
                             : text(row, index.column());
    }
    case Qt::TextAlignmentRole:
      return static_cast<int>((index.column() > scheme ? Qt::AlignRight : Qt::AlignLeft) |
                              Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  static const char* const titles[columnsCount] = {"Run",      "Status",  "Scheme",     "Block",
                                                   "Sparsity", "Saved",   "Than dense", "Peak",
                                                   "Step",     "Held-out"};
  if (orientation != Qt::Horizontal || section < 0 || section >= columnsCount) return {};
  if (role == Qt::DisplayRole) return QString(titles[section]);
  return {};
}

QString RunTableModel::csv() const {
  static const char* const fields[columnsCount] = {"run",
                                                   "status",
                                                   "scheme",
                                                   "block",
                                                   "sparsity_ratio",
                                                   "saved_bytes",
                                                   "dense_over_saved_ratio",
                                                   "peak_bytes",
                                                   "step_time_s",
                                                   "heldout_accuracy_ratio"};
  QStringList header;
  for (const char* field : fields) header << field;
  QString csv = header.join(',') + "\n";
  for (const Row& row : m_rows) {
    QStringList cells;
    for (int column = 0; column < columnsCount; ++column) {
      const QVariant value = column == block ? QVariant() : number(row, column);
      QString cell = value.isValid() ? QString::number(value.toDouble(), 'g', 12)
                                     : (column <= block ? text(row, column) : QString());
      if (cell.contains(',') || cell.contains('"') || cell.contains('\n')) {
        cell = '"' + cell.replace("\"", "\"\"") + '"';
      }
      cells << cell;
    }
    csv += cells.join(',') + "\n";
  }
  return csv;
}

}  // namespace actscope::gui
