// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/side_pages.hpp"

#include <QApplication>
#include <QDockWidget>
#include <QKeyEvent>
#include <QMainWindow>

#include "app/view_set.hpp"

namespace actscope::gui {
namespace {

// Those that were closed go once the event loop is idle: they are asked for before.
QList<QDockWidget*> openDocks(const QMainWindow& window) {
  QList<QDockWidget*> docks;
  for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
    if (!dock->property("isClosed").toBool()) docks << dock;
  }
  return docks;
}

class SidePage : public QDockWidget {
 public:
  using QDockWidget::QDockWidget;

 protected:
  void closeEvent(QCloseEvent* event) override {
    QDockWidget::closeEvent(event);
    setProperty("isClosed", true);
    deleteLater();
  }
  // A window of its own has the keys of the main window: A, B, X, T, Escape.
  void keyPressEvent(QKeyEvent* event) override { QApplication::sendEvent(parentWidget(), event); }
};

}  // namespace

SidePages::SidePages(RunStore& store, Selection& selection, QMainWindow& window)
    : QObject(&window), m_store(store), m_selection(selection), m_window(window) {
  window.setDockOptions(QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks);
}

View* SidePages::add(const QString& id) {
  auto* dock = new SidePage(&m_window);
  View* page = makeView(id, m_store, m_selection, dock);
  if (page == nullptr) {
    delete dock;
    return nullptr;
  }
  page->setObjectName("beside-" + id);
  dock->setObjectName(QString("beside-%1").arg(++m_number));
  dock->setWindowTitle(page->title());
  dock->setWidget(page);
  m_window.addDockWidget(Qt::RightDockWidgetArea, dock);
  // Half of the room, where it is the first.
  if (openDocks(m_window).size() == 1) {
    m_window.resizeDocks({dock}, {m_window.width() * 9 / 20}, Qt::Horizontal);
  }
  dock->show();
  page->setFocus();
  return page;
}

QStringList SidePages::ids() const {
  QStringList ids;
  for (const QDockWidget* dock : openDocks(m_window)) {
    if (const auto* page = qobject_cast<const View*>(dock->widget())) ids << page->id();
  }
  return ids;
}

View* SidePages::focused() const {
  const QWidget* focus = QApplication::focusWidget();
  for (const QDockWidget* dock : openDocks(m_window)) {
    if (focus != nullptr && (dock->widget() == focus || dock->widget()->isAncestorOf(focus))) {
      return qobject_cast<View*>(dock->widget());
    }
  }
  return nullptr;
}

void SidePages::closeAll() {
  for (QDockWidget* dock : openDocks(m_window)) dock->close();
}

}  // namespace actscope::gui
