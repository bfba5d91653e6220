// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>

#include "app/command_line.hpp"
#include "app/pages.hpp"
#include "app/side_pages.hpp"
#include "models/run_filter.hpp"
#include "models/run_store.hpp"
#include "models/selection.hpp"

class QAction;
class QActionGroup;
class QComboBox;
class QLabel;
class QMenu;
class QProgressBar;
class QToolButton;

namespace actscope::gui {

struct Session;

/// The window: a page for each view, the choice of A and B above, the progress of reading below.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(const CommandLine& line);

  RunStore& store() { return m_store; }
  Selection& selection() { return m_selection; }
  Pages& pages() { return *m_pages; }
  View* view(const QString& id) const;

 public Q_SLOTS:
  void open(const QStringList& places);
  void chooseFolder();
  void exportCurrent();
  void saveAs(const QString& name);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  View& currentView() const;
  void addPages();
  void addMenus();
  void addPairBar();
  void restore(const CommandLine& line);
  void remember(const QStringList& places);
  void fillRecent();
  void showSelection();
  void pickCurrent(void (Selection::*pick)(const QString&));
  void showLoading(bool isLoading);
  void pickWhatWasAsked();
  void putBeside(const QString& id);
  void connectOverview(View* page);
  void takeUp(const Session& session);
  void keepSession();
  void showWhatWasOpened();
  void toggleTheme();
  void showPalette();

  RunStore m_store;
  Selection m_selection;
  RunFilter m_filter{m_store, m_selection};
  CommandLine m_line;
  Pages* m_pages;
  SidePages* m_beside;
  QMenu* m_recent = nullptr;
  QLabel *m_nameOfA, *m_nameOfB;
  QLabel* m_brushed;
  QActionGroup* m_sides;
  QAction *m_undo = nullptr, *m_redo = nullptr;
  QProgressBar* m_progress;
  QToolButton* m_cancel;
  bool m_isPicked = false;
  bool m_isOpenedShown = false;  // the page of a file without runs
};

}  // namespace actscope::gui
