// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "models/run_table_model.hpp"

namespace actscope::gui {

class RunStore;
class Selection;

/// Keeps in the selection which runs the typed filter lets through, so that every view shows the
/// same ones, also when runs come.
class RunFilter : public QObject {
  Q_OBJECT

 public:
  RunFilter(const RunStore& store, Selection& selection, QObject* parent = nullptr);

 private:
  void apply();

  const RunStore& m_store;
  Selection& m_selection;
  RunTableModel m_table;
  QString m_applied;
};

}  // namespace actscope::gui
