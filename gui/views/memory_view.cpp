// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/memory_view.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "actscope/base/error.hpp"
#include "actscope/core/config/alike.hpp"
#include "views/plot_style.hpp"
#include "views/plotting.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

QComboBox* choiceOf(const QStringList& texts, const QString& name, QWidget* parent) {
  auto* box = new QComboBox(parent);
  box->addItems(texts);
  box->setAccessibleName(name);
  return box;
}

}  // namespace

MemoryView::MemoryView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_modes(
          choiceOf({tr("By category"), tr("By layer"), tr("Every block")}, tr("Stacked"), this)),
      m_rows(choiceOf({tr("Live at the moment"), tr("Outlives backward"), tr("Largest blocks")},
                      tr("Table"), this)),
      m_devices(choiceOf({}, tr("Device"), this)),
      m_progress(new QProgressBar(this)),
      m_stop(new QToolButton(this)),
      m_details(new QPlainTextEdit(this)) {
  m_progress->setRange(0, 100);
  m_progress->setMaximumWidth(220);
  m_progress->setAccessibleName(tr("Reading"));
  for (QComboBox* box : {m_modes, m_rows, m_devices}) controls().addWidget(box);
  controls().addStretch(1);
  controls().addWidget(m_progress);
  controls().addWidget(m_stop);
  m_details->setReadOnly(true);
  m_details->setMaximumHeight(150);
  m_details->setAccessibleName(tr("Block"));
  m_details->hide();
  body().addWidget(m_details);
  plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot().axisRect()->setRangeZoom(Qt::Horizontal);
  plot().axisRect()->setRangeDrag(Qt::Horizontal);
  plot().setToolTip(
      tr("Click a block for who allocated it, or a moment for what is live then.\n"
         "Drag to pan, wheel to zoom, double click to fit and to go back to the peak."));
  placeLegendAside(plot());
  connect(m_modes, &QComboBox::currentIndexChanged, this, &MemoryView::refreshSoon);
  connect(m_rows, &QComboBox::currentIndexChanged, this, &MemoryView::refreshSoon);
  connect(m_devices, &QComboBox::activated, this, &MemoryView::refreshSoon);
  connect(&m_loader, &MemoryLoader::changed, this, &MemoryView::refreshSoon);
  connect(&m_loader, &MemoryLoader::progressed, this, [this] { showReading(); });
  connect(m_stop, &QToolButton::clicked, this, [this] {
    m_loader.isReading() ? m_loader.cancel() : m_loader.reload();
    showReading();
  });
  connect(plot().xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
          [this](const QCPRange& range) {
            if (m_isDrawing) return;
            m_zoom = range;
            drawChart();
          });
  connect(&plot(), &QCustomPlot::mouseDoubleClick, this, [this] {
    m_zoom.reset();
    m_moment.reset();
    m_marked.reset();
    refreshSoon();
  });
  connect(&plot(), &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
    const bool isClick =
        event->button() == Qt::LeftButton &&
        (event->pos() - plot().property("pressed").toPoint()).manhattanLength() < 4;
    if (isClick) explain(event->position());
  });
  connect(&plot(), &QCustomPlot::mousePress, this,
          [this](QMouseEvent* event) { plot().setProperty("pressed", event->pos()); });
  connect(tableView().selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& index) {
            explainRow(tableView().sorted().mapToSource(index).row());
          });
  showReading();
}

void MemoryView::setOptions(const ViewOptions& options) {
  ViewOptions others = options;
  others.metric.clear();
  View::setOptions(others);
  if (options.metric.isEmpty()) return;
  const QStringList names{"category", "layer", "allocation"};
  const auto mode = names.indexOf(options.metric);
  if (mode < 0) {
    throw ConfigError(error_text("memory has no metric '" + options.metric.toStdString() + "'",
                                 "there are category, layer, allocation", "give one of these"));
  }
  m_modes->setCurrentIndex(static_cast<int>(mode));
}

MemoryMode MemoryView::mode() const {
  return static_cast<MemoryMode>(m_modes->currentIndex());
}

void MemoryView::showReading() {
  const bool isReading = m_loader.isReading();
  double share = 0;
  bool isStopped = false;
  const MemoryPair pair = memoryPairOf(runA(), runB(), store().documents().memories);
  for (const MemorySource& source : {pair.a, pair.b}) {
    const MemoryLoader::State state = m_loader.state(source.file);
    if (!state.history && state.share > 0) share = std::max(share, state.share);
    isStopped = isStopped || (!state.fault.isEmpty() && state.share == 0);
  }
  m_progress->setValue(static_cast<int>(100 * share));
  m_progress->setVisible(isReading);
  m_stop->setText(isReading ? tr("Stop reading") : tr("Read"));
  m_stop->setVisible(isReading || isStopped);
}

std::optional<MemoryView::Shown> MemoryView::shownOf(const MemorySource& source) {
  const MemoryLoader::State state = m_loader.state(source.file);
  if (!state.history || state.history->blocks.empty()) return std::nullopt;
  Shown shown{state.history, host_memory, {}, source.name};
  const std::vector<std::int8_t> devices = state.history->devices();
  shown.device = devices.front();
  const QVariant chosen = m_devices->currentData();
  for (const std::int8_t device : devices) {
    if (chosen.isValid() && chosen.toInt() == device) shown.device = device;
  }
  shown.peak = reports::peak_of(*state.history, shown.device);
  return shown;
}

QString MemoryView::whatIsMissing(const MemoryPair& pair) const {
  const Side side = selection().side();
  QStringList lines;
  for (const bool isA : {true, false}) {
    if (side != Side::difference && isA != (side == Side::a)) continue;
    const MemorySource& source = isA ? pair.a : pair.b;
    const MemoryLoader::State state = m_loader.state(source.file);
    if (!source.whyNot.isEmpty()) {
      lines << source.whyNot;
    } else if (source.file.isEmpty()) {
      lines << (isA ? tr("Pick A (key A in the table of runs), or open a memory.pickle.")
                    : tr("Pick B (key B in the table of runs), or open a memory.pickle."));
    } else if (!state.fault.isEmpty()) {
      lines << state.fault;
    } else if (!state.history) {
      lines << tr("Reading %1 …").arg(source.name);
    } else if (state.history->blocks.empty()) {
      lines << tr("%1 has no allocation.").arg(source.name);
    }
  }
  lines.removeDuplicates();
  return lines.join(' ');
}

void MemoryView::clearChart(const QString& message) {
  m_shown.clear();
  m_dense.reset();
  m_blocksPlot = nullptr;
  m_blocksOfRows.clear();
  m_details->hide();
  twin().setTable({{"category", "Category", false}, {"layer", "Layer", false}, {"bytes", "Live"}},
                  {});
  plot().legend->clearItems();
  plot().legend->setVisible(false);
  plot().axisRect()->setVisible(false);
  setCaption({});
  setMessage(message);
}

void MemoryView::fillDevices(const reports::AllocationHistory& history) {
  const QVariant chosen = m_devices->currentData();
  const QSignalBlocker quiet(m_devices);
  m_devices->clear();
  for (const std::int8_t device : history.devices()) {
    m_devices->addItem(deviceText(device), static_cast<int>(device));
  }
  m_devices->setCurrentIndex(std::max(0, m_devices->findData(chosen)));
  m_devices->setVisible(m_devices->count() > 1);
}

void MemoryView::draw() {
  const MemoryPair pair = memoryPairOf(runA(), runB(), store().documents().memories);
  const Side side = selection().side();
  const bool isBoth = side == Side::difference;
  std::vector<MemorySource> wanted;
  if (side != Side::b) wanted.push_back(pair.a);
  if (side != Side::a) wanted.push_back(pair.b);
  // Dense behind what is shown: the other of the two.
  const MemorySource& other = side == Side::b ? pair.a : pair.b;
  const bool isDense = !isBoth && other.run && core::is_dense(other.run->config) &&
                       other.file != wanted.front().file;
  if (isDense) wanted.push_back(other);
  if (isVisible()) {
    m_loader.want(wanted);
  } else {
    m_loader.wantNow(wanted);  // a picture, or a table, that is waited for
  }
  showReading();
  m_rows->setVisible(!isBoth);
  m_modes->setVisible(!isBoth);
  const std::vector<Shown> before = m_shown;
  std::vector<Shown> shown;
  const std::size_t files = isBoth ? 2 : 1;
  for (std::size_t i = 0; i < files; ++i) {
    if (const auto one = shownOf(wanted[i])) shown.push_back(*one);
  }
  if (shown.size() < files) return clearChart(whatIsMissing(pair));
  const bool isOther = before.size() != shown.size() ||
                       before.front().history != shown.front().history ||
                       before.front().device != shown.front().device;
  if (isOther) {
    m_zoom.reset();
    m_moment.reset();
    m_marked.reset();
  }
  m_shown = std::move(shown);
  fillDevices(*m_shown.front().history);
  m_dense.reset();
  if (isDense) {
    if (const auto dense = shownOf(other)) {
      m_dense = dense->history;
      m_denseName = other.name;
      m_denseDevice = dense->device;
    }
  }
  const Shown& first = m_shown.front();
  m_groups = memoryGroups(*first.history, first.device, mode());
  setMessage({});
  const QString peak = peakText(*first.history, first.device, first.peak);
  if (isBoth) {
    setCaption(tr("Live bytes, A over B: %1 and %2").arg(first.name, m_shown.back().name));
  } else {
    const QString by = mode() == MemoryMode::category ? tr("by category")
                       : mode() == MemoryMode::layer  ? tr("by layer")
                                                      : tr("block by block");
    setCaption(
        tr("Live bytes of %1 (%2) %3; %4").arg(first.name, deviceText(first.device), by, peak));
  }
  fillTable();
  drawChart();
}

void MemoryView::fillTable() {
  m_blocksOfRows.clear();
  const Shown& first = m_shown.front();
  const auto rows = static_cast<MemoryRows>(m_rows->currentIndex());
  if (m_shown.size() == 2) {
    const Shown& second = m_shown.back();
    fillDifferenceTable(twin(), *first.history, first.device, first.peak.tick, *second.history,
                        second.device, second.peak.tick);
  } else if (rows == MemoryRows::moment) {
    fillMomentTable(twin(), *first.history, first.device, m_moment.value_or(first.peak.tick));
  } else {
    m_blocksOfRows = fillBlockTable(twin(), *first.history, first.device, rows);
  }
  const bool hasBlock = m_marked && m_shown.size() == 1;
  m_details->setVisible(hasBlock);
  if (hasBlock) m_details->setPlainText(blockText(*first.history, *m_marked));
}

void MemoryView::explain(const QPointF& position) {
  if (m_shown.size() != 1) return;
  const Shown& shown = m_shown.front();
  const double time = plot().xAxis->pixelToCoord(position.x());
  const double bytes = plot().yAxis->pixelToCoord(position.y());
  if (m_blocksPlot != nullptr) {
    m_marked = m_blocksPlot->blockAt(time, bytes);
  } else {
    const std::int64_t at = shown.history->time_of(0) + static_cast<std::int64_t>(time * m_unitNs);
    m_moment = tickAt(*shown.history, at);
  }
  fillTable();
  drawChart();
}

void MemoryView::explainRow(int row) {
  if (row < 0 || static_cast<std::size_t>(row) >= m_blocksOfRows.size()) return;
  m_marked = m_blocksOfRows[static_cast<std::size_t>(row)];
  m_details->setPlainText(blockText(*m_shown.front().history, *m_marked));
  m_details->show();
  if (m_blocksPlot != nullptr) drawChart();
}

}  // namespace actscope::gui
