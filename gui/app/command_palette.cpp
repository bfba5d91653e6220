// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_palette.hpp"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPointer>
#include <QVBoxLayout>
#include <algorithm>

namespace actscope::gui {
namespace {

constexpr int placeRole = Qt::UserRole;  // in the list of actions

// The text without its mnemonic and without a key that stands behind a tabulator; "&&" is an "&".
QString nameOf(const QAction& action) {
  QStringList parts = action.text().section('\t', 0, 0).remove("…").split("&&");
  for (QString& part : parts) part.remove('&');
  return parts.join('&');
}

QString keyOf(const QAction& action) {
  if (!action.shortcut().isEmpty()) return action.shortcut().toString(QKeySequence::NativeText);
  return action.text().section('\t', 1, 1);
}

}  // namespace

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* parent)
    : QDialog(parent), m_words(new QLineEdit(this)), m_found(new QListWidget(this)) {
  setObjectName("palette");
  setWindowTitle(tr("Commands"));
  setAttribute(Qt::WA_DeleteOnClose);
  for (QAction* action : actions) {
    if (action->isEnabled() && !nameOf(*action).isEmpty()) m_actions << action;
  }
  m_words->setPlaceholderText(tr("Words of a command, a page or a run"));
  m_words->setAccessibleName(tr("Words of a command"));
  m_found->setAccessibleName(tr("Commands found"));
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_words);
  column->addWidget(m_found, 1);
  resize(520, 380);
  m_words->installEventFilter(this);
  connect(m_words, &QLineEdit::textChanged, this, &CommandPalette::show);
  connect(m_words, &QLineEdit::returnPressed, this, &CommandPalette::trigger);
  connect(m_found, &QListWidget::itemActivated, this, &CommandPalette::trigger);
  show({});
}

void CommandPalette::show(const QString& words) {
  m_found->clear();
  const QStringList wanted = words.split(' ', Qt::SkipEmptyParts);
  for (int place = 0; place < m_actions.size(); ++place) {
    const QString name = nameOf(*m_actions[place]), key = keyOf(*m_actions[place]);
    const bool isFound = std::ranges::all_of(
        wanted, [&](const QString& word) { return name.contains(word, Qt::CaseInsensitive); });
    if (!isFound) continue;
    auto* item = new QListWidgetItem(key.isEmpty() ? name : name + "    " + key, m_found);
    item->setData(placeRole, place);
  }
  if (m_found->count() > 0) m_found->setCurrentRow(0);
}

void CommandPalette::trigger() {
  const QListWidgetItem* item = m_found->currentItem();
  if (item == nullptr) return;
  const QPointer<QAction> action = m_actions[item->data(placeRole).toInt()];
  accept();
  if (action) action->trigger();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_words && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp ||
        key == Qt::Key_PageDown) {
      const int step = (key == Qt::Key_Up || key == Qt::Key_PageUp ? -1 : 1) *
                       (key == Qt::Key_PageUp || key == Qt::Key_PageDown ? 10 : 1);
      m_found->setCurrentRow(
          std::clamp(m_found->currentRow() + step, 0, std::max(0, m_found->count() - 1)));
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace actscope::gui
