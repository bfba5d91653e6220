// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/runs_view.hpp"

#include <QDir>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <algorithm>

#include "models/pair_table.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

// Where was looked, in full: "." says nothing.
QString shownPlaces(const QStringList& places) {
  QStringList shown;
  for (const QString& place : places) {
    shown << QDir::toNativeSeparators(QDir::cleanPath(QDir(place).absolutePath()));
  }
  return shown.join(", ");
}

}  // namespace

RunsView::RunsView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent),
      m_filter(new QLineEdit(this)),
      m_summary(new QLabel(this)),
      m_table(new TableView(m_model, selection, this)),
      m_pairView(new TableView(m_pair, selection, this)) {
  m_filter->setPlaceholderText(
      tr("Filter every view: words, block<=16, held-out>80%, saved<20MiB (Ctrl+F)"));
  m_filter->setClearButtonEnabled(true);
  m_filter->setAccessibleName(tr("Filter"));
  m_table->setAccessibleName(tr("Runs"));
  m_pairView->setAccessibleName(tr("A and B"));
  auto* pickA = new QPushButton(tr("Pick as A"), this);
  auto* pickB = new QPushButton(tr("Pick as B"), this);
  auto* columns = new QPushButton(tr("Columns…"), this);
  pickA->setToolTip(tr("Make the marked run A (key A)"));
  pickB->setToolTip(tr("Make the marked run B (key B)"));
  controls().addWidget(m_filter, 1);
  controls().addWidget(m_summary);
  controls().addWidget(pickA);
  controls().addWidget(pickB);
  controls().addWidget(columns);

  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->addWidget(m_table);
  splitter->addWidget(m_pairView);
  splitter->setStretchFactor(0, 1);
  const int rowHeight = m_pairView->verticalHeader()->defaultSectionSize();
  splitter->setSizes({400, rowHeight * 9});
  m_pairView->setMaximumHeight(rowHeight * 9);
  m_pairView->horizontalHeader()->setStretchLastSection(false);
  body().addWidget(splitter, 1);

  QHeaderView* header = m_table->horizontalHeader();
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this,
          [this, header](const QPoint& at) { offerColumns(header->mapToGlobal(at)); });
  connect(columns, &QPushButton::clicked, this,
          [this, columns] { offerColumns(columns->mapToGlobal(QPoint(0, columns->height()))); });
  connect(pickA, &QPushButton::clicked, m_table, &TableView::pickA);
  connect(pickB, &QPushButton::clicked, m_table, &TableView::pickB);
  connect(m_filter, &QLineEdit::textChanged, &selection, &Selection::setFilter);
  connect(m_filter, &QLineEdit::returnPressed, m_table, qOverload<>(&QWidget::setFocus));
  QList<int> shown;
  for (int column = 0; column < RunTableModel::columnsCount; ++column) {
    if (!RunTableModel::isExtra(column)) shown << column;
  }
  setShownColumns(shown);
}

void RunsView::refresh() {
  const bool wasEmpty = m_model.rowCount() == 0;
  if (m_filter->text() != selection().filter()) m_filter->setText(selection().filter());
  RunList front;
  for (const RunPointer& run : store().runs()) {
    if (selection().isInFront(run->key)) front.push_back(run);
  }
  m_model.setRuns(front);
  m_model.setPicks(selection().a(), selection().b());
  fillPairTable(m_pair, runA(), runB());
  m_pairView->fitColumns();
  if ((wasEmpty || !m_isFitted) && m_model.rowCount() > 0) {
    m_table->fitColumns();
    m_table->setColumnWidth(RunTableModel::pick,
                            m_table->fontMetrics().horizontalAdvance("A B") + 16);
    m_isFitted = true;
  }
  updateSummary();
}

void RunsView::updateSummary() {
  const int shown = m_table->sorted().rowCount();
  const auto all = static_cast<int>(store().runs().size());
  m_summary->setText(tr("%1 of %2 runs").arg(shown).arg(all));
  int unreadable = 0;
  for (const RunPointer& run : store().runs()) unreadable += run->isReadable() ? 0 : 1;
  if (all == 0) {
    setMessage(
        store().isLoading()
            ? tr("Reading…")
            : tr("No report.json or sweep.json in or below %1: drop a folder here, or start a run "
                 "on the page New run.")
                  .arg(shownPlaces(store().places())));
  } else if (unreadable > 0) {
    setMessage(tr("%1 cannot be read; the column Why says why. They are tried again by themselves.")
                   .arg(unreadable == 1 ? tr("One file") : tr("%1 files").arg(unreadable)));
  } else {
    setMessage({});
  }
}

QList<int> RunsView::shownColumns() const {
  QList<int> columns;
  for (int column = 0; column < RunTableModel::columnsCount; ++column) {
    if (!m_table->isColumnHidden(column)) columns << column;
  }
  return columns;
}

void RunsView::setShownColumns(const QList<int>& columns) {
  for (int column = 0; column < RunTableModel::columnsCount; ++column) {
    // Without its name a run cannot be told from another.
    const bool isShown = columns.contains(column) || column == RunTableModel::name;
    m_table->setColumnHidden(column, !isShown);
  }
}

void RunsView::offerColumns(const QPoint& where) {
  QMenu menu(this);
  for (int column = RunTableModel::name + 1; column < RunTableModel::columnsCount; ++column) {
    QAction* action = menu.addAction(m_model.headerData(column, Qt::Horizontal).toString());
    action->setCheckable(true);
    action->setChecked(!m_table->isColumnHidden(column));
    connect(action, &QAction::toggled, this, [this, column](bool isShown) {
      m_table->setColumnHidden(column, !isShown);
      if (isShown) m_table->resizeColumnToContents(column);
      Q_EMIT columnsChanged();
    });
  }
  menu.exec(where);
}

void RunsView::focusFilter() {
  m_filter->setFocus(Qt::ShortcutFocusReason);
  m_filter->selectAll();
}

void RunsView::toggleTable() {
  m_pairView->setVisible(!m_pairView->isVisible());
}

}  // namespace actscope::gui
