// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/kernels.hpp"
#include "views/view.hpp"

class QLabel;
class QLineEdit;

namespace actscope::gui {

class TableView;

/// Where the time of a step goes: operators and device kernels by layer, slot and phase.
class KernelsView : public View {
  Q_OBJECT

 public:
  KernelsView(RunStore& store, Selection& selection, QWidget* parent = nullptr);

  QString id() const override { return "kernels"; }
  QString title() const override { return tr("Kernels"); }
  const QAbstractItemModel& table() const override { return m_table; }
  void focusFilter() override;

  QLineEdit& filter() { return *m_filter; }
  TableView& tableView() { return *m_tableView; }

 protected:
  void refresh() override;

 private:
  TableModel m_table;
  QLineEdit* m_filter;
  QLabel* m_total;
  TableView* m_tableView;
};

}  // namespace actscope::gui
