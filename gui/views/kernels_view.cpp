// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/kernels_view.hpp"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "actscope/base/units.hpp"
#include "models/metric.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {

KernelsView::KernelsView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent),
      m_filter(new QLineEdit(this)),
      m_total(new QLabel(this)),
      m_tableView(new TableView(m_table, selection, this)) {
  m_filter->setPlaceholderText(tr("Filter by layer, slot, phase, name, device (Ctrl+F)"));
  m_filter->setClearButtonEnabled(true);
  m_filter->setAccessibleName(tr("Filter"));
  m_tableView->setAccessibleName(tr("Operators and kernels"));
  controls().addWidget(m_filter, 1);
  controls().addWidget(m_total);
  body().addWidget(m_tableView, 1);
  connect(m_filter, &QLineEdit::textChanged, m_tableView, &TableView::setFilter);
  connect(m_filter, &QLineEdit::returnPressed, m_tableView, qOverload<>(&QWidget::setFocus));
  constexpr int timeColumn = 7;
  m_table.setTable({{"layer", {}},
                    {"slot", {}},
                    {"phase", {}},
                    {"name", {}},
                    {"device", {}},
                    {"source", {}},
                    {"calls", {}},
                    {"total_s", {}},
                    {"share_ratio", {}}},
                   {});
  m_tableView->sortByColumn(timeColumn, Qt::DescendingOrder);
}

void KernelsView::refresh() {
  const Side side = selection().side();
  const RunPointer a = runA(), b = runB();
  const Kernels kernels = kernelsOf(a, b, side);
  fillKernelTable(m_table, kernels, side);
  setMessage(kernels.message);
  m_tableView->fitColumns();
  if (kernels.rows.empty()) {
    m_total->setText({});
    return;
  }
  QStringList times;
  for (const KernelTotal& total : kernels.totals) {
    const double seconds = total.seconds(side);
    const QString time = side == Side::difference
                             ? signedDuration(seconds)
                             : QString::fromStdString(format_duration(seconds));
    const bool isOnly = kernels.totals.size() == 1;
    times << (isOnly ? time : QString("%1 %2 %3").arg(total.device, total.source, time));
  }
  const QString time = times.join(", ");
  const QString name = side == Side::a ? a->name : side == Side::b ? b->name : tr("B − A");
  m_total->setText(kernels.isAStep ? tr("%1: %2 a step").arg(name, time)
                                   : tr("%1: %2 in all").arg(name, time));
}

void KernelsView::focusFilter() {
  m_filter->setFocus(Qt::ShortcutFocusReason);
  m_filter->selectAll();
}

}  // namespace actscope::gui
