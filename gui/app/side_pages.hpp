// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>

#include "views/view.hpp"

class QMainWindow;

namespace actscope::gui {

/// Pages that stand beside the page of the window, or in windows of their own: each is a dock with
/// a view of its own over the same runs and selection, so that memory and timeline, or one page of
/// two folders of settings, are seen together. A dock is moved by its title, torn off by a double
/// click on it, and closed by its button.
class SidePages : public QObject {
  Q_OBJECT

 public:
  SidePages(RunStore& store, Selection& selection, QMainWindow& window);

  /// Puts another view of a page beside the others; names none, as there is no such page.
  View* add(const QString& id);
  /// The ids of those that are open, in the order in which they were opened.
  QStringList ids() const;
  /// The open view that has the focus; null: none has.
  View* focused() const;
  void closeAll();

 private:
  RunStore& m_store;
  Selection& m_selection;
  QMainWindow& m_window;
  int m_number = 0;  ///< of docks so far: their names differ
};

}  // namespace actscope::gui
