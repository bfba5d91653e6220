// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/runs_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

namespace actscope::gui {

RunsView::RunsView(const QStringList& places, QWidget* parent)
    : QWidget(parent),
      m_places(places),
      m_filter(new QLineEdit(this)),
      m_table(new QTableView(this)),
      m_summary(new QLabel(this)) {
  m_sorted.setSourceModel(&m_model);
  m_sorted.setSortRole(Qt::UserRole);
  m_sorted.setFilterKeyColumn(-1);
  m_sorted.setFilterCaseSensitivity(Qt::CaseInsensitive);

  m_filter->setPlaceholderText(tr("Filter by any column (Ctrl+F)"));
  m_filter->setClearButtonEnabled(true);
  m_table->setModel(&m_sorted);
  m_table->setSortingEnabled(true);
  m_table->sortByColumn(RunTableModel::name, Qt::AscendingOrder);
  m_table->setAlternatingRowColors(true);
  m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->verticalHeader()->hide();
  m_table->horizontalHeader()->setStretchLastSection(true);

  auto* layout = new QVBoxLayout(this);
  layout->addWidget(m_filter);
  layout->addWidget(m_table);
  layout->addWidget(m_summary);

  connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
    m_sorted.setFilterFixedString(text);
    updateSummary();
  });
  new QShortcut(QKeySequence::Refresh, this, this, &RunsView::reload);
  new QShortcut(QKeySequence::Copy, this, this, &RunsView::copySelection);
  new QShortcut(QKeySequence::Find, this, m_filter, qOverload<>(&QWidget::setFocus));
  reload();
}

void RunsView::reload() {
  m_model.load(m_places);
  m_table->resizeColumnsToContents();
  updateSummary();
}

void RunsView::copySelection() {
  QStringList lines;
  for (const QModelIndex& row : m_table->selectionModel()->selectedRows()) {
    QStringList cells;
    for (int column = 0; column < m_sorted.columnCount(); ++column) {
      cells << row.siblingAtColumn(column).data().toString();
    }
    lines << cells.join('\t');
  }
  if (!lines.isEmpty()) QGuiApplication::clipboard()->setText(lines.join('\n'));
}

void RunsView::updateSummary() {
  m_summary->setText(m_model.rowCount() == 0
                         ? tr("No report.json below %1").arg(m_places.join(", "))
                         : tr("%1 of %2 runs").arg(m_sorted.rowCount()).arg(m_model.rowCount()));
}

}  // namespace actscope::gui
