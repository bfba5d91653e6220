// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace actscope::gui {

/// Finds an action by words of its name and triggers it: every word has to occur, in any order.
/// Arrow keys choose, Enter triggers, Escape closes.
class CommandPalette : public QDialog {
  Q_OBJECT

 public:
  /// actions  with texts such as "&Dark or light"; disabled ones are left out
  CommandPalette(const QList<QAction*>& actions, QWidget* parent);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void show(const QString& words);
  void trigger();

  QList<QAction*> m_actions;
  QLineEdit* m_words;
  QListWidget* m_found;
};

}  // namespace actscope::gui
