// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "models/run_entry.hpp"
#include "models/table_model.hpp"

namespace actscope::gui {

/// The open runs, one row each, with roles as in table_model.hpp. What cannot be read is a row with
/// its message in place of figures.
class RunTableModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column {
    pick,  ///< "A", "B", "A B" or empty
    name,
    sweep,
    status,
    purpose,
    scheme,
    block,
    sparsity,
    seed,
    model,
    dataset,
    batch,
    device,
    saved,
    fewer,
    peak,
    step,
    accuracy,
    loss,
    steps,
    reason,
    columnsCount
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// A list with the same keys as before changes cells only, so that a table keeps its position.
  void setRuns(const RunList& runs);
  void setPicks(const QString& a, const QString& b);

  const RunList& runs() const { return m_runs; }
  /// The row of a run; -1 where there is none.
  int rowOf(const QString& key) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation,
                      int role = Qt::DisplayRole) const override;

  /// Columns that a first-time user does not see.
  static bool isExtra(int column);

 private:
  QVariant plain(const RunEntry& run, int column) const;
  QString text(const RunEntry& run, int column) const;

  RunList m_runs;
  QString m_a, m_b;
};

}  // namespace actscope::gui
