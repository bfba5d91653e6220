// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/timeline_view.hpp"

#include <QComboBox>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPointer>
#include <QProgressBar>
#include <QShortcut>
#include <QSplitter>
#include <QTabWidget>
#include <QThreadPool>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include "actscope/base/error.hpp"
#include "views/choice.hpp"
#include "views/flame_chart.hpp"
#include "views/table_view.hpp"
#include "views/timeline_canvas.hpp"

namespace actscope::gui {

struct TimelineView::Job {};

// An export waits for the work; a window does not.
template <class Work, class Done>
void TimelineView::doBeside(std::shared_ptr<Job>& slot, Work work, Done done) {
  slot = std::make_shared<Job>();
  if (!isLive()) {
    slot.reset();
    done(work());
    return;
  }
  QThreadPool::globalInstance()->start([receiver = QPointer<TimelineView>(this), job = slot, &slot,
                                        work = std::move(work), done = std::move(done)]() mutable {
    auto result = std::make_shared<decltype(work())>(work());
    QMetaObject::invokeMethod(qApp,
                              [receiver, job, &slot, result, done = std::move(done)]() mutable {
                                if (!receiver || slot != job) return;
                                slot.reset();
                                done(std::move(*result));
                              });
  });
}

TimelineView::TimelineView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent),
      m_searchLine(new QLineEdit(this)),
      m_found(new QLabel(this)),
      m_inspector(new QLabel(this)),
      m_progress(new QProgressBar(this)),
      m_stop(new QToolButton(this)),
      m_canvas(new TimelineCanvas(m_scene, m_search, this)),
      m_tabs(new QTabWidget(this)),
      m_sumsView(new TableView(m_sums, selection, this)) {
  m_choices = {addChoice(controls(), tr("Trace &A")), addChoice(controls(), tr("Trace &B"))};
  m_grouping = addChoice(controls(), tr("&Lanes by"), {tr("thread"), tr("layer"), tr("phase")});
  m_searchLine->setPlaceholderText(tr("Find a name or layer ( / )"));
  m_searchLine->setAccessibleName(tr("Find slices"));
  m_searchLine->setClearButtonEnabled(true);
  m_stop->setText(tr("Stop"));
  controls().addWidget(m_searchLine, 1);
  for (QWidget* widget : {static_cast<QWidget*>(m_found), static_cast<QWidget*>(m_progress),
                          static_cast<QWidget*>(m_stop)}) {
    controls().addWidget(widget);
  }
  m_progress->setMaximumWidth(160);
  m_progress->setAccessibleName(tr("Reading the trace"));
  m_inspector->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  m_inspector->setWordWrap(true);
  m_inspector->setMargin(6);
  m_inspector->setMinimumWidth(200);
  m_inspector->setTextFormat(Qt::PlainText);
  m_inspector->setTextInteractionFlags(Qt::TextSelectableByMouse);

  auto* upper = new QSplitter(Qt::Horizontal);
  upper->addWidget(m_canvas);
  upper->addWidget(m_inspector);
  upper->setStretchFactor(0, 1);
  upper->setSizes({900, 220});
  m_tabs->addTab(m_sumsView, tr("Sums of the range"));
  const std::array<QString, 2> titles{tr("Calls, top down"), tr("Calls, bottom up")};
  for (const std::size_t order : {0U, 1U}) {
    m_treeViews[order] = new QTreeView;
    m_treeViews[order]->setModel(order == 0 ? &m_topDown : &m_bottomUp);
    m_treeViews[order]->setUniformRowHeights(true);
    m_treeViews[order]->setAlternatingRowColors(true);
    m_treeViews[order]->setAccessibleName(titles[order]);
    m_tabs->addTab(m_treeViews[order], titles[order]);
  }
  auto* flames = new QWidget;
  auto* column = new QVBoxLayout(flames);
  auto* row = new QHBoxLayout;
  m_flame = new FlameChart;
  m_flameValue =
      addChoice(*row, tr("&Width is"), {tr("time"), tr("bytes allocated"), tr("bytes kept")});
  row->addStretch(1);
  column->setContentsMargins(4, 4, 4, 4);
  column->addLayout(row);
  column->addWidget(m_flame, 1);
  m_tabs->addTab(flames, tr("Flame chart"));
  connect(m_flameValue, &QComboBox::currentIndexChanged, this,
          [this](int value) { m_flame->setValue(static_cast<FlameChart::Value>(value)); });
  // Read from the called side, a call's time is what its row has in all.
  m_treeViews[1]->setColumnHidden(CallTreeModel::selfColumn, true);
  auto* halves = new QSplitter(Qt::Vertical);
  halves->addWidget(upper);
  halves->addWidget(m_tabs);
  halves->setStretchFactor(0, 3);
  halves->setStretchFactor(1, 1);
  halves->setSizes({460, 190});
  body().addWidget(halves, 1);
  m_sumsView->setAccessibleName(tr("Sums of the range"));

  for (const std::size_t side : {0U, 1U}) {
    connect(m_choices[side], &QComboBox::currentIndexChanged, this, &TimelineView::loadChosen);
    connect(&m_loaders[side], &TimelineLoader::changed, this, &TimelineView::arrange);
    connect(&m_loaders[side], &TimelineLoader::progressed, this,
            [this](double share) { m_progress->setValue(static_cast<int>(100 * share)); });
  }
  connect(m_stop, &QToolButton::clicked, this, [this] {
    for (TimelineLoader& loader : m_loaders) loader.cancel();
  });
  connect(m_grouping, &QComboBox::currentIndexChanged, this, &TimelineView::arrange);
  connect(&store, &RunStore::loadingChanged, this, [this](bool isLoading) {
    if (!isLoading) refreshSoon();
  });
  m_sumSoon.setSingleShot(true);
  m_sumSoon.setInterval(60);
  m_searchSoon.setSingleShot(true);
  m_searchSoon.setInterval(120);
  connect(&m_sumSoon, &QTimer::timeout, this, &TimelineView::sumRange);
  connect(&m_searchSoon, &QTimer::timeout, this, &TimelineView::search);
  connect(m_canvas, &TimelineCanvas::rangeChanged, &m_sumSoon, qOverload<>(&QTimer::start));
  connect(m_canvas, &TimelineCanvas::currentChanged, this, &TimelineView::showCurrent);
  connect(m_canvas, &TimelineCanvas::searchAsked, this, &TimelineView::focusFilter);
  connect(m_searchLine, &QLineEdit::textChanged, &m_searchSoon, qOverload<>(&QTimer::start));
  connect(m_searchLine, &QLineEdit::returnPressed, this, [this] {
    if (m_searchSoon.isActive()) return;  // Enter follows once it is known what is found
    m_canvas->findNext();
  });
  const auto addKey = [this](const char* keys, auto does) {
    auto* shortcut = new QShortcut(QKeySequence(keys), m_searchLine);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, this, does);
  };
  addKey("Shift+Return", [this] { m_canvas->findNext(true); });
  addKey("Escape", [this] { m_canvas->setFocus(); });
  connect(m_tabs, &QTabWidget::currentChanged, this, &TimelineView::showTrees);
  setFocusProxy(m_canvas);
  m_progress->hide();
  m_stop->hide();
  showCurrent();
}

TimelineView::~TimelineView() {
  // Neither loaders nor canvas may tell a view that is half gone.
  for (TimelineLoader& loader : m_loaders) loader.disconnect(this);
}

Side TimelineView::shownSide() const {
  if (!m_scene.timeline(1)) return Side::a;
  return m_scene.timeline(0) ? selection().side() : Side::b;
}

void TimelineView::refresh() {
  listTraces();
  loadChosen();
  showSums();
  showTrees();
}

// What is beside the picked runs first, then every trace that is open.
void TimelineView::listTraces() {
  const std::array<RunPointer, 2> runs{runA(), runB()};
  std::array<QString, 2> beside;
  QStringList files;
  for (const std::size_t side : {0U, 1U}) {
    if (runs[side]) beside[side] = traceBeside(*runs[side]);
    if (!beside[side].isEmpty()) files << beside[side];
  }
  files << store().documents().traces;
  files.removeDuplicates();
  std::array<QString, 2> chosen{m_choices[0]->currentData().toString(),
                                m_choices[1]->currentData().toString()};
  const std::array<QString, 2> picked{selection().a(), selection().b()};
  for (const std::size_t side : {0U, 1U}) {
    // A new pick brings its trace; a choice made here stays until then.
    if (picked[side] != m_pickedRuns[side] && !beside[side].isEmpty()) chosen[side] = beside[side];
    if (!files.contains(chosen[side])) chosen[side].clear();
  }
  m_pickedRuns = picked;
  if (chosen[0].isEmpty() && !files.isEmpty()) {
    chosen[0] = files.front();
    // Two that were named are a pair.
    QStringList named;
    for (const QString& place : store().places()) {
      if (files.contains(place)) named << place;
    }
    if (named.size() == 2) chosen = {named[0], named[1]};
  }
  if (chosen[0] == chosen[1]) chosen[1].clear();
  for (const std::size_t side : {0U, 1U}) {
    QComboBox& choice = *m_choices[side];
    const bool wasBlocked = choice.blockSignals(true);
    choice.clear();
    if (side == 1 || files.isEmpty()) choice.addItem(tr("none"), QString());
    for (const QString& file : files) {
      const QFileInfo info(file);
      const bool isNamedByFolder = info.completeBaseName().startsWith("trace");
      choice.addItem(
          isNamedByFolder ? info.absoluteDir().dirName() + "/" + info.fileName() : info.fileName(),
          file);
      choice.setItemData(choice.count() - 1, file, Qt::ToolTipRole);
    }
    choice.setCurrentIndex(std::max(0, choice.findData(chosen[side])));
    choice.setMaximumWidth(260);
    choice.blockSignals(wasBlocked);
  }
  m_files = files;
}

void TimelineView::loadChosen() {
  for (const std::size_t side : {0U, 1U}) {
    const QString file = m_choices[side]->currentData().toString();
    if (isLive()) {
      m_loaders[side].load(file);
      continue;
    }
    m_loaders[side].loadNow(file);
    if (!m_loaders[side].reason().isEmpty()) {
      throw ReportFormatError(m_loaders[side].reason().toStdString());
    }
  }
  if (!isLive()) arrange();
  showState();
}

void TimelineView::arrange() {
  showState();
  for (const TimelineLoader& loader : m_loaders) {
    if (loader.isLoading()) return;
  }
  const TimelinePointer a = m_loaders[0].timeline(), b = m_loaders[1].timeline();
  const int grouping = m_grouping->currentIndex();
  if (grouping <= 0) {
    m_arranging.reset();
    return showTimelines(a, b);
  }
  doBeside(
      m_arranging,
      [a, b, grouping] {
        const auto by = grouping == 1 ? reports::LaneGrouping::layer : reports::LaneGrouping::phase;
        return std::array<TimelinePointer, 2>{a ? reports::regrouped(*a, by) : nullptr,
                                              b ? reports::regrouped(*b, by) : nullptr};
      },
      [this](const std::array<TimelinePointer, 2>& made) { showTimelines(made[0], made[1]); });
}

void TimelineView::showTimelines(const TimelinePointer& a, const TimelinePointer& b) {
  const bool isSame = m_scene.timeline(0) == a.get() && m_scene.timeline(1) == b.get();
  if (isSame && !m_scene.isEmpty()) return;
  m_scene.setTimelines(a, b);
  m_search = {};
  m_trees = {};
  m_growing = {};
  m_canvas->show(SliceRef{});
  m_canvas->setRange({});
  m_canvas->sceneChanged();
  showCurrent();
  sumRange();
  search();
  showTrees();
  showState();
}

void TimelineView::sumRange() {
  m_sumSoon.stop();
  doBeside(
      m_summing,
      [scene = m_scene, range = m_canvas->range(), bands = m_canvas->rangeBands()] {
        return sumsOf(scene, range, bands);
      },
      [this](std::vector<SliceSums> rows) {
        m_sumRows = std::move(rows);
        showSums();
      });
}

void TimelineView::showSums() {
  const TimeRange range = m_canvas->range();
  fillSumsTable(m_sums, m_sumRows, shownSide());
  m_sumsView->fitColumns();
  const QString side = !m_scene.timeline(1) || !m_scene.timeline(0) ? QString()
                       : shownSide() == Side::a                     ? tr(", A")
                       : shownSide() == Side::b                     ? tr(", B")
                                                                    : tr(", B − A");
  m_tabs->setTabText(0, range.isEmpty()
                            ? tr("Sums of everything%1").arg(side)
                            : tr("Sums of %1%2").arg(timeText(range.to - range.from), side));
}

void TimelineView::showTrees() {
  for (const std::size_t order : {0U, 1U}) {
    CallTreeModel& model = order == 0 ? m_topDown : m_bottomUp;
    const auto show = [this, &model, order] {
      model.setTree(m_trees[order], shownSide());
      if (order == 0) m_flame->setTree(m_trees[order], shownSide());
      QTreeView& view = *m_treeViews[order];
      view.expandToDepth(order == 0 ? 1 : 0);
      view.header()->resizeSections(QHeaderView::ResizeToContents);
      constexpr int most = 420;
      view.setColumnWidth(0, std::min(most, view.columnWidth(0) + 20));
    };
    // The flame chart shows the calls from the top.
    constexpr int flameTab = 3;
    const int tab = m_tabs->currentIndex();
    const bool isAsked = tab == static_cast<int>(order) + 1 || (order == 0 && tab == flameTab);
    if (m_trees[order]) {
      if (isAsked) show();
      continue;
    }
    if (!isAsked || m_growing[order]) continue;
    const TimelinePointer a = m_loaders[0].timeline(), b = m_loaders[1].timeline();
    if (!a && !b) continue;
    doBeside(
        m_growing[order],
        [a, b, order] {
          return callTreeOf(a, b, order == 0 ? CallOrder::topDown : CallOrder::bottomUp);
        },
        [this, order, show](CallTreePointer tree) {
          m_trees[order] = std::move(tree);
          show();
        });
  }
}

void TimelineView::search() {
  m_searchSoon.stop();
  doBeside(
      m_searching,
      [scene = m_scene, text = m_searchLine->text()] {
        TimelineSearch found;
        found.set(scene, text);
        return found;
      },
      [this](TimelineSearch found) {
        m_search = std::move(found);
        showCurrent();
        m_canvas->repaintSoon();
      });
}

void TimelineView::showCurrent() {
  const SliceRef ref = m_canvas->current();
  m_inspector->setText(ref ? describeSlice(m_scene, ref)
                           : tr("Click a slice, or press → , for its values.\n\n"
                                "W S zoom, A D pan, F fit, M measure\n"
                                "/ find, N next, P previous\n"
                                "L along an arrow, [ ] steps\n"
                                "Shift+drag or Shift+← → a range\n"
                                "? all keys"));
  const std::int64_t count = m_search.count(), at = m_search.numberOf(m_scene, ref);
  m_found->setText(m_search.text().isEmpty() ? QString()
                   : at > 0                  ? tr("%1 of %2").arg(at).arg(count)
                                             : tr("%1 found").arg(count));
}

void TimelineView::showState() {
  bool isLoading = false;
  QStringList messages;
  for (const TimelineLoader& loader : m_loaders) {
    isLoading = isLoading || loader.isLoading();
    if (!loader.reason().isEmpty()) messages << loader.reason();
  }
  m_progress->setVisible(isLoading);
  m_stop->setVisible(isLoading);
  if (m_files.isEmpty() && !store().isLoading()) {
    messages << tr(
        "No trace here. `actscope run --trace timeline --out DIR` writes one; open its "
        "folder, a trace.db, a Chrome or PyTorch trace (trace.json, .json.gz), or a "
        "trace.pftrace of ours.");
  }
  const QString leftOut = m_scene.leftOutText();
  if (!leftOut.isEmpty()) messages << leftOut;
  setMessage(messages.join('\n'));
}

void TimelineView::focusFilter() {
  m_searchLine->setFocus(Qt::ShortcutFocusReason);
  m_searchLine->selectAll();
}

void TimelineView::toggleTable() {
  m_tabs->setVisible(!m_tabs->isVisible());
}

// The picture alone, as tall as asked; what is missing belongs to it.
void TimelineView::paintPicture(QPaintDevice& device, QSize size) {
  refreshNow();
  QStringList lines;
  for (const std::size_t side : {0U, 1U}) {
    if (m_loaders[side].timeline()) {
      lines << (m_loaders[1].timeline() ? QString(side == 0 ? "A: " : "B: ") : QString()) +
                   m_choices[side]->currentText();
    }
  }
  if (m_scene.isEmpty()) {
    QPainter empty(&device);
    empty.setFont(font());
    empty.fillRect(QRect({0, 0}, size), palette().brush(QPalette::Base));
    empty.setPen(palette().color(QPalette::Text));
    empty.drawText(QRect(QPoint(0, 0), size).adjusted(12, 12, -12, -12), Qt::TextWordWrap,
                   message());
    return;
  }
  QString caption = lines.join(", ");
  if (!message().isEmpty()) caption += (caption.isEmpty() ? "" : " – ") + message();
  QPainter painter(&device);
  painter.setFont(font());
  painter.fillRect(QRect({0, 0}, size), palette().brush(QPalette::Base));
  const int height = fontMetrics().height() + 8;
  painter.setPen(palette().color(QPalette::Text));
  painter.drawText(QRect(8, 0, size.width() - 16, height), Qt::AlignLeft | Qt::AlignVCenter,
                   fontMetrics().elidedText(caption, Qt::ElideRight, size.width() - 16));
  m_canvas->paintInto(painter, QRect(0, height, size.width(), size.height() - height));
}

}  // namespace actscope::gui
