// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::gui {

/// The runs found in some folders, one row each. A file that cannot be read is a row with its
/// message in place of figures.
///
/// Roles   DisplayRole human units; UserRole the plain number or text, for sorting; ToolTipRole the
///         exact value or the message
class RunTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column {
    name,
    status,
    scheme,
    block,
    sparsity,
    saved,
    fewer,
    peak,
    step,
    accuracy,
    columnsCount
  };

  explicit RunTableModel(QObject* parent = nullptr);

  /// Reads every report.json at or below the given folders and files, in the order of their paths.
  void load(const QStringList& places);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  /// The table as CSV, plain numbers.
  QString csv() const;

 private:
  struct Row {
    QString name;
    QString message;  ///< empty where the report was read
    RunRecord record;
  };

  QVariant number(const Row& row, int column) const;
  QString text(const Row& row, int column) const;

  std::vector<Row> m_rows;
};

}  // namespace actscope::gui
