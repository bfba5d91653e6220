// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages.hpp"

#include <QEvent>
#include <QHBoxLayout>
#include <QListWidget>
#include <QStackedWidget>

namespace actscope::gui {
namespace {

constexpr int pageRole = Qt::UserRole;  // -1: a heading

}  // namespace

Pages::Pages(QWidget* parent)
    : QWidget(parent), m_names(new QListWidget(this)), m_stack(new QStackedWidget(this)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addWidget(m_names);
  row->addWidget(m_stack, 1);
  m_names->setAccessibleName(tr("Pages"));
  m_names->setFrameShape(QFrame::NoFrame);
  m_names->setSpacing(1);
  m_names->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_names->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
  connect(m_names, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* now) {
    if (now != nullptr) m_stack->setCurrentIndex(now->data(pageRole).toInt());
  });
}

void Pages::addGroup(const QString& title) {
  auto* item = new QListWidgetItem(title, m_names);
  item->setData(pageRole, -1);
  item->setFlags(Qt::NoItemFlags);
  QFont font = m_names->font();
  font.setBold(true);
  item->setFont(font);
  m_groups << title;
}

void Pages::addPage(QWidget* page, const QString& title, const QString& key) {
  const int number = m_stack->addWidget(page);
  auto* item = new QListWidgetItem("  " + title, m_names);
  item->setData(pageRole, number);
  item->setToolTip(key.isEmpty() ? title : QString("%1 (%2)").arg(title, key));
  if (m_names->currentRow() < 0) m_names->setCurrentItem(item);
  fitNames();
}

int Pages::count() const {
  return m_stack->count();
}

int Pages::currentIndex() const {
  return m_stack->currentIndex();
}

QWidget* Pages::currentWidget() const {
  return m_stack->currentWidget();
}

QListWidgetItem* Pages::itemOf(int page) const {
  for (int row = 0; row < m_names->count(); ++row) {
    if (m_names->item(row)->data(pageRole).toInt() == page) return m_names->item(row);
  }
  return nullptr;
}

QString Pages::title(int page) const {
  const QListWidgetItem* item = page < 0 ? nullptr : itemOf(page);
  return item == nullptr ? QString() : item->text().trimmed();
}

void Pages::setCurrentIndex(int page) {
  QListWidgetItem* item = page < 0 ? nullptr : itemOf(page);
  if (item != nullptr) m_names->setCurrentItem(item);
}

void Pages::setCurrentWidget(QWidget* page) {
  setCurrentIndex(m_stack->indexOf(page));
}

void Pages::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) fitNames();
}

void Pages::fitNames() {
  constexpr int room = 20;
  m_names->setFixedWidth(m_names->sizeHintForColumn(0) + room);
}

}  // namespace actscope::gui
