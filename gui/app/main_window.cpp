// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.hpp"

#include <QActionGroup>
#include <QApplication>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QProgressBar>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <algorithm>

#include "app/command_palette.hpp"
#include "app/headless.hpp"
#include "app/session.hpp"
#include "app/shortcut_sheet.hpp"
#include "app/view_set.hpp"
#include "views/new_run_view.hpp"
#include "views/overview_view.hpp"
#include "views/picture.hpp"
#include "views/plot_style.hpp"
#include "views/runs_view.hpp"

namespace actscope::gui {
namespace {

// Started from a desktop it is in no folder of runs: then where one left off.
QStringList placesAtFirst(const CommandLine& line) {
  if (!line.places.isEmpty()) return line.places;
  const bool isNowhere = QDir::current() == QDir::home() || QDir::current() == QDir::root();
  const QStringList last = isNowhere ? lastPlaces() : QStringList();
  return last.isEmpty() ? QStringList{"."} : last;
}

}  // namespace

MainWindow::MainWindow(const CommandLine& line)
    : m_line(line),
      m_pages(new Pages(this)),
      m_beside(new SidePages(m_store, m_selection, *this)),
      m_nameOfA(new QLabel(this)),
      m_nameOfB(new QLabel(this)),
      m_brushed(new QLabel(this)),
      m_sides(new QActionGroup(this)),
      m_progress(new QProgressBar(this)),
      m_cancel(new QToolButton(this)) {
  setWindowTitle("Actscope");
  setAcceptDrops(true);
  resize(1180, 720);
  setCentralWidget(m_pages);
  addPages();
  addMenus();
  addPairBar();
  m_progress->setMaximumWidth(220);
  m_cancel->setText(tr("Stop reading"));
  statusBar()->addPermanentWidget(m_progress);
  statusBar()->addPermanentWidget(m_cancel);
  connect(m_cancel, &QToolButton::clicked, &m_store, &RunStore::cancel);
  connect(&m_store, &RunStore::loadingChanged, this, &MainWindow::showLoading);
  connect(&m_store, &RunStore::progressed, this, [this](int done, int total) {
    m_progress->setRange(0, total);
    m_progress->setValue(done);
    m_progress->setVisible(true);
    m_cancel->setVisible(true);
  });
  connect(&m_store, &RunStore::changed, this, &MainWindow::pickWhatWasAsked);
  connect(&m_store, &RunStore::changed, this, &MainWindow::showWhatWasOpened);
  connect(&m_store, &RunStore::changed, this, &MainWindow::showSelection);
  connect(&m_selection, &Selection::changed, this, &MainWindow::showSelection);
  restore(line);
  showSelection();
  open(placesAtFirst(line));
}

void MainWindow::addPages() {
  for (const QString& id : viewIds()) {
    View* page = makeView(id, m_store, m_selection, m_pages);
    page->setObjectName(id);
    const QString group = groupOfView(id);
    if (!m_pages->groups().contains(group)) m_pages->addGroup(group);
    m_pages->addPage(page, page->title(), keyOfPage(m_pages->count()).toString());
  }
}

void MainWindow::addMenus() {
  QMenu* file = menuBar()->addMenu(tr("&File"));
  file->addAction(tr("&Open folder…"), QKeySequence::Open, this, &MainWindow::chooseFolder);
  m_recent = file->addMenu(tr("&Recent folders"));
  connect(m_recent, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
  file->addAction(tr("&Read again"), QKeySequence::Refresh, &m_store, &RunStore::reload);
  file->addSeparator();
  file->addAction(tr("&Export view…"), QKeySequence("Ctrl+E"), this, &MainWindow::exportCurrent);
  file->addSeparator();
  file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);

  QMenu* look = menuBar()->addMenu(tr("&View"));
  for (int page = 0; page < m_pages->count(); ++page) {
    look->addAction(m_pages->title(page), keyOfPage(page), this, [this, page] {
      m_pages->setCurrentIndex(page);
      currentView().setFocus();
    });
  }
  look->addSeparator();
  look->addAction(tr("&Filter"), QKeySequence::Find, this, [this] { currentView().focusFilter(); });
  look->addAction(tr("&Table beside the chart\tT"), this, [this] { currentView().toggleTable(); });
  look->addAction(tr("Page &beside"), QKeySequence("Ctrl+Shift+B"), this,
                  [this] { putBeside(currentView().id()); })
      ->setToolTip(tr("Shows this page beside the others, or in a window of its own"));
  look->addAction(tr("&Dark or light"), QKeySequence("Ctrl+D"), this, &MainWindow::toggleTheme);

  QMenu* runs = menuBar()->addMenu(tr("&Runs"));
  runs->addAction(tr("Pick the current run as &A\tA"), this,
                  [this] { pickCurrent(&Selection::setA); });
  runs->addAction(tr("Pick the current run as &B\tB"), this,
                  [this] { pickCurrent(&Selection::setB); });
  runs->addAction(tr("&Swap A and B\tX"), &m_selection, &Selection::swap);
  m_undo = runs->addAction(tr("&Undo what was picked"), &m_selection, &Selection::undo);
  m_undo->setShortcut(QKeySequence("Ctrl+Z"));
  m_redo = runs->addAction(tr("Re&do what was picked"), &m_selection, &Selection::redo);
  m_redo->setShortcuts({QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")});
  runs->addAction(tr("Show a&ll runs\tEscape"), this, [this] { m_selection.showAll(); });

  QMenu* help = menuBar()->addMenu(tr("&Help"));
  help->addAction(tr("&Commands…"), QKeySequence("Ctrl+Shift+P"), this, &MainWindow::showPalette);
  help->addAction(tr("&Keys\t?"), this, [this] { showShortcutSheet(this); });
}

void MainWindow::addPairBar() {
  QToolBar* bar = addToolBar(tr("A and B"));
  bar->setObjectName("pair");
  bar->setMovable(false);
  for (QLabel* name : {m_nameOfA, m_nameOfB}) {
    name->setTextFormat(Qt::RichText);
    name->setMargin(4);
    bar->addWidget(name);
  }
  bar->addAction(tr("Swap"), &m_selection, &Selection::swap)->setToolTip(tr("Swap A and B (X)"));
  bar->addSeparator();
  const char* const titles[] = {"Show A", "Show B", "Show B − A"};
  for (int side = 0; side < 3; ++side) {
    QAction* action = bar->addAction(tr(titles[side]));
    action->setCheckable(true);
    action->setShortcut(QKeySequence(QString("Alt+%1").arg(side + 1)));
    action->setToolTip(QString("%1 (Alt+%2)").arg(tr(titles[side])).arg(side + 1));
    m_sides->addAction(action);
    connect(action, &QAction::triggered, this,
            [this, side] { m_selection.setSide(static_cast<Side>(side)); });
  }
  auto* spring = new QWidget(bar);
  spring->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
  bar->addWidget(spring);
  bar->addWidget(m_brushed);
}

void MainWindow::restore(const CommandLine& line) {
  const QSettings settings;
  restoreGeometry(settings.value("window/geometry").toByteArray());
  if (View* last = view(settings.value("window/view").toString())) m_pages->setCurrentWidget(last);
  if (line.theme == Theme::system && settings.contains("window/dark")) {
    applyTheme(settings.value("window/dark").toBool() ? Theme::dark : Theme::light);
  }
  auto* runs = qobject_cast<RunsView*>(view("runs"));
  QList<int> columns;
  for (const QVariant& column : settings.value("runs/columns").toList()) columns << column.toInt();
  if (!columns.isEmpty()) runs->setShownColumns(columns);
  connect(runs, &RunsView::columnsChanged, this, [runs] {
    QVariantList shown;
    for (const int column : runs->shownColumns()) shown << column;
    QSettings().setValue("runs/columns", shown);
  });
  auto* form = qobject_cast<NewRunView*>(view("new-run"));
  connectOverview(view("overview"));
  form->setCommands(settings.value("new-run/commands").toStringList());
  connect(form, &NewRunView::commandsChanged, this,
          [](const QStringList& commands) { QSettings().setValue("new-run/commands", commands); });
  form->setProgram(settings.value("actscope/program").toString());
  connect(form, &NewRunView::programChanged, this,
          [](const QString& file) { QSettings().setValue("actscope/program", file); });
}

void MainWindow::connectOverview(View* page) {
  auto* overview = qobject_cast<OverviewView*>(page);
  if (overview == nullptr) return;
  connect(overview, &OverviewView::formAsked, this, [this](const RunForm& asked) {
    auto* form = qobject_cast<NewRunView*>(view("new-run"));
    form->setForm(asked);
    m_pages->setCurrentWidget(form);
  });
}

// One form is enough: what it started is stopped with the window.
void MainWindow::putBeside(const QString& id) {
  if (id == "new-run") {
    statusBar()->showMessage(tr("New run stays where it is"), 8000);
    return;
  }
  connectOverview(m_beside->add(id));
}

View* MainWindow::view(const QString& id) const {
  return m_pages->findChild<View*>(id);
}

View& MainWindow::currentView() const {
  if (View* beside = m_beside->focused()) return *beside;
  return *qobject_cast<View*>(m_pages->currentWidget());
}

void MainWindow::open(const QStringList& places) {
  keepSession();
  m_isOpenedShown = m_isPicked = false;
  m_store.open(places);
  remember(places);
}

void MainWindow::chooseFolder() {
  const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a folder with runs"));
  if (!folder.isEmpty()) open({folder});
}

void MainWindow::remember(const QStringList& places) {
  QSettings settings;
  QStringList recent = settings.value("recent").toStringList();
  for (const QString& place : places) {
    const QString path = QFileInfo(place).absoluteFilePath();
    recent.removeAll(path);
    recent.prepend(path);
  }
  constexpr qsizetype most = 10;
  settings.setValue("recent", recent.mid(0, most));
}

void MainWindow::fillRecent() {
  m_recent->clear();
  for (const QString& place : QSettings().value("recent").toStringList()) {
    if (!QFileInfo::exists(place)) continue;
    m_recent->addAction(place, this, [this, place] { open({place}); });
  }
  m_recent->setDisabled(m_recent->isEmpty());
}

void MainWindow::exportCurrent() {
  const QString file = QFileDialog::getSaveFileName(
      this, tr("Export view"), currentView().id() + ".png",
      tr("Picture (*.png);;Vector picture (*.svg *.pdf);;Table (*.csv)"));
  if (!file.isEmpty()) saveAs(file);
}

void MainWindow::saveAs(const QString& name) {
  // One without an ending is that of a picture.
  const QString file = QFileInfo(name).suffix().isEmpty() ? name + ".png" : name;
  View& page = currentView();
  try {
    // A view of its own, so that the picture has its size and the window keeps its.
    const QSize size = page.size();
    exportView(page, file, size, devicePixelRatioF());
    page.resize(size);
    statusBar()->showMessage(tr("Wrote %1").arg(file), 8000);
  } catch (const std::exception& error) {
    statusBar()->showMessage(QString::fromUtf8(error.what()));
  }
}

void MainWindow::showSelection() {
  const auto describe = [this](const char* side, const QString& key, const QColor& color) {
    const RunPointer run = m_store.find(key);
    const QString name = run ? run->name.toHtmlEscaped() : tr("not picked");
    return QString("<b style='color:%1'>%2</b>&nbsp; %3").arg(color.name(), side, name);
  };
  m_nameOfA->setText(describe("A", m_selection.a(), colorOfA(palette())));
  m_nameOfB->setText(describe("B", m_selection.b(), colorOfB(palette())));
  m_sides->actions()[static_cast<int>(m_selection.side())]->setChecked(true);
  QString brushed;
  if (m_selection.isNarrowed()) {
    const auto shown = std::ranges::count_if(
        m_store.runs(), [this](const RunPointer& run) { return m_selection.isInFront(run->key); });
    brushed = tr("%1 of %2 runs shown (Escape: all) ").arg(shown).arg(m_store.runs().size());
  }
  m_brushed->setText(brushed);
  m_undo->setEnabled(m_selection.canUndo());
  m_redo->setEnabled(m_selection.canRedo());
}

void MainWindow::pickWhatWasAsked() {
  if (m_isPicked || m_store.isLoading() || m_store.runs().empty()) return;
  m_isPicked = true;
  const bool isAsked = !m_line.a.isEmpty() || !m_line.b.isEmpty() || m_line.isSideGiven;
  const auto session = isAsked ? std::nullopt : sessionOf(m_store.places());
  try {
    pickRuns(m_line, m_store, m_selection);
  } catch (const std::exception& error) {
    statusBar()->showMessage(QString::fromUtf8(error.what()));
  }
  m_line.a.clear();  // said of what was opened first
  m_line.b.clear();
  m_line.isSideGiven = false;
  if (session) takeUp(*session);
  m_selection.beginHere();
  showSelection();
}

// What is no longer there stays as it was picked for newcomers.
void MainWindow::takeUp(const Session& session) {
  if (m_store.find(session.a)) m_selection.setA(session.a);
  if (m_store.find(session.b)) m_selection.setB(session.b);
  if (m_store.find(session.current)) m_selection.setCurrent(session.current);
  QSet<QString> brushed;
  for (const QString& key : session.brushed) {
    if (m_store.find(key)) brushed.insert(key);
  }
  if (!brushed.isEmpty()) m_selection.setBrushed(brushed);
  m_selection.setFilter(session.filter);
  m_selection.setSide(session.side);
  if (View* page = view(session.page)) m_pages->setCurrentWidget(page);
  if (!m_beside->ids().isEmpty()) return;
  for (const QString& id : session.beside) putBeside(id);
  m_pages->currentWidget()->setFocus();
}

void MainWindow::keepSession() {
  if (m_store.places().isEmpty() || !m_isPicked) return;
  saveSession({m_store.places(), m_selection.a(), m_selection.b(), m_selection.current(),
               m_selection.filter(), m_selection.brushed(), m_selection.side(),
               qobject_cast<View*>(m_pages->currentWidget())->id(), m_beside->ids()});
}

void MainWindow::showPalette() {
  QList<QAction*> actions;
  for (const QAction* menu : menuBar()->actions()) {
    if (menu->menu() == m_recent || menu->menu() == nullptr) continue;
    for (QAction* action : menu->menu()->actions()) {
      if (action->menu() == nullptr && !action->isSeparator()) actions << action;
    }
  }
  actions << m_sides->actions();
  auto* picks = new QObject(this);
  for (const RunPointer& run : m_store.runs()) {
    if (!m_selection.isInFront(run->key)) continue;
    const QString name = QString(run->name).replace('&', "&&");
    for (const auto& [text, pick] :
         {std::pair(tr("A is %1"), &Selection::setA), std::pair(tr("B is %1"), &Selection::setB)}) {
      auto* action = new QAction(text.arg(name), picks);
      connect(action, &QAction::triggered, this,
              [this, key = run->key, pick] { (m_selection.*pick)(key); });
      actions << action;
    }
  }
  auto* palette = new CommandPalette(actions, this);
  picks->setParent(palette);  // they go with it
  palette->open();
}

void MainWindow::showWhatWasOpened() {
  if (m_store.isLoading() || !m_store.runs().empty()) return;
  const Documents& documents = m_store.documents();
  if (m_isOpenedShown) return;
  const char* page = !documents.traces.isEmpty()     ? "timeline"
                     : !documents.memories.isEmpty() ? "memory"
                     : !documents.plans.empty()      ? "plan"
                                                     : nullptr;
  if (page == nullptr) return;
  m_isOpenedShown = true;
  m_pages->setCurrentWidget(view(page));
}

void MainWindow::pickCurrent(void (Selection::*pick)(const QString&)) {
  if (m_selection.current().isEmpty()) {
    statusBar()->showMessage(tr("Click a run first: then A and B pick it"), 8000);
    return;
  }
  (m_selection.*pick)(m_selection.current());
}

void MainWindow::showLoading(bool isLoading) {
  if (isLoading) return;  // a short reading shows no bar
  m_progress->hide();
  m_cancel->hide();
}

void MainWindow::toggleTheme() {
  const bool isToBeDark = !isDark(palette());
  applyTheme(isToBeDark ? Theme::dark : Theme::light);
  QSettings().setValue("window/dark", isToBeDark);
  showSelection();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList places;
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) places << url.toLocalFile();
  }
  if (places.isEmpty()) return;
  event->acceptProposedAction();
  open(places);
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->text() == "?") return showShortcutSheet(this);
  if (event->modifiers() == Qt::NoModifier) {
    switch (event->key()) {
      case Qt::Key_Escape:
        return m_selection.showAll();
      case Qt::Key_X:
        return m_selection.swap();
      case Qt::Key_T:
        return currentView().toggleTable();
      case Qt::Key_A:
        return pickCurrent(&Selection::setA);
      case Qt::Key_B:
        return pickCurrent(&Selection::setB);
      default:
        break;
    }
  }
  QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings settings;
  settings.setValue("window/geometry", saveGeometry());
  settings.setValue("window/view", qobject_cast<View*>(m_pages->currentWidget())->id());
  keepSession();
  QMainWindow::closeEvent(event);
}

}  // namespace actscope::gui
