// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/plan_view.hpp"

#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "actscope/base/file.hpp"
#include "actscope/reports/plan/document.hpp"
#include "models/metric.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {

PlanView::PlanView(RunStore& store, Selection& selection, QWidget* parent)
    : ChartView(store, selection, parent),
      m_document(addChoice(controls(), tr("&Document"))),
      m_budget(new QSlider(Qt::Horizontal, this)),
      m_text(new QLabel(this)),
      m_save(new QPushButton(tr("Save &plan…"), this)),
      m_gridRect(new QCPAxisRect(&plot())) {
  auto* name = new QLabel(tr("Bud&get"), this);
  name->setBuddy(m_budget);
  m_budget->setMinimumWidth(160);
  m_budget->setAccessibleName(tr("Budget"));
  m_budget->setToolTip(tr("Less memory to the left; arrow keys go step by step"));
  m_save->setToolTip(tr("Writes the plan that is shown, for actscope run --plan"));
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  m_text->setWordWrap(true);
  controls().addWidget(name);
  controls().addWidget(m_budget, 1);
  controls().addWidget(m_save);
  body().insertWidget(body().count() - 1, m_text);
  // The legend lies between curve and grid, where it covers neither.
  QCPLayoutGrid& rows = *plot().plotLayout();
  rows.addElement(1, 0, plot().legend);
  rows.addElement(2, 0, m_gridRect);
  plot().legend->setFillOrder(QCPLegend::foColumnsFirst);
  plot().legend->setBorderPen(Qt::NoPen);
  rows.setRowStretchFactor(0, 2);
  rows.setRowStretchFactor(1, 0.01);
  rows.setRowStretchFactor(2, 3);
  auto* margins = new QCPMarginGroup(&plot());
  for (QCPAxisRect* rect : plot().axisRects()) rect->setMarginGroup(QCP::msLeft, margins);
  plot().xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new BytesTicker(false)));
  plot().xAxis->setLabel(tr("Predicted peak of a step"));
  plot().yAxis->setLabel(tr("Time of the blocks\n(of the fastest)"));
  plot().setAutoAddPlottableToLegend(false);
  plot().installEventFilter(this);
  connect(m_document, &QComboBox::currentIndexChanged, this, &PlanView::refreshSoon);
  connect(m_budget, &QSlider::valueChanged, this, &PlanView::refreshSoon);
  connect(m_save, &QPushButton::clicked, this, &PlanView::askForFile);
  connect(&tableView(), &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
    setStep(tableView().sorted().mapToSource(index).row());
  });
}

int PlanView::step() const {
  const bool isShown = m_plan && m_plan->record && !m_plan->record->steps.empty();
  return isShown ? m_budget->maximum() - m_budget->value() : -1;
}

void PlanView::setStep(int step) {
  m_budget->setValue(m_budget->maximum() - step);
}

bool PlanView::savePlan(const QString& file) {
  const int shown = step();
  if (shown < 0) return false;
  try {
    const PlanRecord& plan = m_plan->record->steps[static_cast<std::size_t>(shown)].record;
    write_file_atomically(file.toStdString(), reports::write_plan_document(plan));
    return true;
  } catch (const std::exception& error) {
    setMessage(QString::fromUtf8(error.what()));
    return false;
  }
}

void PlanView::askForFile() {
  const QString file =
      QFileDialog::getSaveFileName(this, tr("Save plan"), "plan.json", tr("Plan (*.json)"));
  if (!file.isEmpty()) savePlan(file);
}

// Another document begins at the step of its own budget.
void PlanView::takeDocument() {
  const PlanList& plans = store().documents().plans;
  QStringList names;
  for (const PlanPointer& plan : plans) names << plan->name;
  setItems(*m_document, names);
  m_document->setEnabled(names.size() > 1);
  const int chosen = m_document->currentIndex();
  const PlanPointer now = chosen < 0 ? nullptr : plans[static_cast<std::size_t>(chosen)];
  if (now == m_plan) return;
  m_plan = now;
  const bool isReadable = m_plan && m_plan->record;
  const int steps = isReadable ? static_cast<int>(m_plan->record->steps.size()) : 0;
  const QSignalBlocker quiet(m_budget);
  m_budget->setRange(0, std::max(0, steps - 1));
  if (steps > 0) setStep(static_cast<int>(m_plan->record->chosen));
}

void PlanView::draw() {
  takeDocument();
  const PlanDocument* plan = m_plan ? m_plan->record.get() : nullptr;
  fillPlanTable(twin(), plan);
  const int shown = step();
  for (QCPAxisRect* rect : plot().axisRects()) rect->setVisible(shown >= 0);
  plot().legend->clearItems();
  plot().legend->setVisible(shown >= 0);
  m_budget->setEnabled(plan != nullptr && plan->steps.size() > 1);
  m_save->setEnabled(shown >= 0);
  if (!m_plan) {
    setMessage(
        tr("No plan is open: actscope plan --model … --budget 1GiB --out plan.json writes "
           "one."));
  } else {
    setMessage(plan == nullptr ? m_plan->reason : plan->message);
  }
  const QString text = shown < 0 ? QString() : planText(*plan, static_cast<std::size_t>(shown));
  m_text->setText(text);
  setCaption(text);
  if (shown < 0) return;
  drawCost();
  drawGrid();
}

void PlanView::drawCost() {
  const PlanDocument& plan = *m_plan->record;
  QVector<double> peaks, times;
  double slowest = 1, largest = 0;
  for (const PlanStep& step : plan.steps) {
    peaks << static_cast<double>(step.record.estimate.peak_bytes);
    times << slowdownOf(plan, step.record.estimate);
    slowest = std::max(slowest, times.back());
    largest = std::max(largest, peaks.back());
  }
  const QColor text = palette().color(QPalette::Text);
  QCPGraph* line = plot().addGraph();
  line->setData(peaks, times);
  line->setLineStyle(QCPGraph::lsStepLeft);
  line->setPen(QPen(colorOfA(palette()), 1.5));
  line->setScatterStyle({QCPScatterStyle::ssDisc, colorOfA(palette()), 4});

  line->setName(tr("what a plan chooses"));
  line->addToLegend();

  // Presets for every block, where they are not far off.
  const QColor faint = mixed(palette().color(QPalette::Base), text, 0.6);
  const auto addPresets = [&](QCPScatterStyle::ScatterShape shape, const QColor& color,
                              const QString& name) {
    QCPGraph* presets = plot().addGraph();
    presets->setLineStyle(QCPGraph::lsNone);
    presets->setScatterStyle({shape, QPen(color, 1), QBrush(palette().color(QPalette::Base)), 8});
    presets->setName(name);
    return presets;
  };
  QCPGraph* presets = addPresets(QCPScatterStyle::ssDiamond, text, tr("a preset for every block"));
  presets->addToLegend();
  const double bound = plan.plan.max_gradient_error_ratio.value_or(INFINITY);
  QCPGraph* refused = addPresets(QCPScatterStyle::ssCross, faint,
                                 tr("its gradients differ by more than %1 %").arg(100 * bound));
  const double highest = 1 + 1.6 * std::max(slowest - 1, 0.1);
  for (const PlanPreset& preset : plan.plan.presets) {
    const auto peak = static_cast<double>(preset.estimate.peak_bytes);
    const double time = slowdownOf(plan, preset.estimate);
    if (time > highest) continue;
    const bool isRefused = preset.estimate.gradient_error_ratio > bound;
    (isRefused ? refused : presets)->addData(peak, time);
    largest = std::max(largest, peak);
    auto* name = new QCPItemText(&plot());
    name->setText(QString::fromStdString(preset.name));
    name->setFont(font());
    name->setColor(isRefused ? faint : text);
    name->position->setCoords(peak, time);
    name->setPositionAlignment(Qt::AlignHCenter | (isRefused ? Qt::AlignTop : Qt::AlignBottom));
    name->setPadding(QMargins(0, 5, 0, 5));
    name->setClipToAxisRect(false);
  }
  if (!refused->data()->isEmpty()) refused->addToLegend();
  const PlanEstimate& now = plan.steps[static_cast<std::size_t>(step())].record.estimate;
  QCPGraph* here = plot().addGraph();
  here->setLineStyle(QCPGraph::lsNone);
  here->setScatterStyle(
      {QCPScatterStyle::ssCircle, QPen(text, 2), QBrush(colorOfB(palette())), 12});
  here->addData(static_cast<double>(now.peak_bytes), slowdownOf(plan, now));
  here->setName(tr("shown below"));
  here->addToLegend();

  const double least = *std::ranges::min_element(peaks);
  const double room = std::max(0.06 * (largest - least), 0.02 * largest);
  plot().xAxis->setRange(least - room, largest + room);
  plot().yAxis->setRange(1 - 0.12 * (highest - 1), highest + 0.12 * (highest - 1));
}

void PlanView::drawGrid() {
  const PlanGrid grid = planGridOf(m_plan->record->steps[static_cast<std::size_t>(step())]);
  m_gridRect->setVisible(!grid.layers.isEmpty());
  if (grid.layers.isEmpty()) return;
  QCPAxis *x = m_gridRect->axis(QCPAxis::atBottom), *y = m_gridRect->axis(QCPAxis::atLeft);
  const auto rows = static_cast<int>(grid.layers.size());
  const auto columns = static_cast<int>(grid.slots.size());
  const QSharedPointer<QCPAxisTickerText> layers(new QCPAxisTickerText);
  const QSharedPointer<QCPAxisTickerText> slotNames(new QCPAxisTickerText);
  // The rectangle of the axes is laid out later.
  const double height =
      (0.6 * plot().viewport().height() - 3.0 * fontMetrics().height()) / std::max(rows, 1);
  const int every = std::max(1, static_cast<int>(std::ceil(fontMetrics().height() / height)));
  for (int row = 0; row < rows; row += every) layers->addTick(row, grid.layers[row]);
  // Beside the names of layers.
  const double width = 0.85 * plot().viewport().width() / std::max(columns, 1);
  for (int column = 0; column < columns; ++column) {
    slotNames->addTick(column, fontMetrics().elidedText(grid.slots[column], Qt::ElideMiddle,
                                                        static_cast<int>(width)));
  }
  x->setTicker(slotNames);
  y->setTicker(layers);
  x->setLabel(tr("Slot; the deeper its color, the more bytes it keeps"));
  y->setRangeReversed(true);
  for (QCPAxis* axis : {x, y}) {
    axis->grid()->setVisible(false);
    axis->setTickLength(0);
    axis->setSubTickLength(0);
  }
  x->setRange(-0.5, columns - 0.5);
  y->setRange(-0.5, rows - 0.5);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      if (!grid.at(row, column).store.isEmpty()) {
        drawCell(grid, row, column, QSizeF(width, height));
      }
    }
  }
}

void PlanView::drawCell(const PlanGrid& grid, int layer, int slot, QSizeF room) {
  const PlanCell& cell = grid.at(layer, slot);
  QCPAxis *x = m_gridRect->axis(QCPAxis::atBottom), *y = m_gridRect->axis(QCPAxis::atLeft);
  const double share = grid.largest > 0 ? cell.bytes / grid.largest : 0;
  const QColor fill = depthColor(palette(), share);
  auto* box = new QCPItemRect(&plot());
  box->setClipAxisRect(m_gridRect);
  for (QCPItemPosition* corner : {box->topLeft, box->bottomRight}) corner->setAxes(x, y);
  box->topLeft->setCoords(slot - 0.5, layer - 0.5);
  box->bottomRight->setCoords(slot + 0.5, layer + 0.5);
  const bool hasRoom = room.height() >= fontMetrics().height();
  box->setPen(QPen(palette().color(QPalette::Midlight), hasRoom ? 1 : 0.5));
  box->setBrush(fill);
  QString text = cell.bytes > 0 ? cell.store + "  " + bytesText(cell.bytes) : cell.store;
  if (fontMetrics().horizontalAdvance(text) > room.width()) text = cell.store;
  if (!hasRoom || fontMetrics().horizontalAdvance(text) > room.width()) return;
  auto* label = new QCPItemText(&plot());
  label->setClipAxisRect(m_gridRect);
  label->position->setAxes(x, y);
  label->position->setCoords(slot, layer);
  label->setFont(font());
  label->setColor(inkOn(fill));
  label->setText(text);
}

// Of the steps the one that is nearest to a click in the curve.
void PlanView::pickStepAt(QPointF pixel) {
  if (step() < 0 || !plot().axisRect()->rect().contains(pixel.toPoint())) return;
  const auto& steps = m_plan->record->steps;
  const auto distance = [&](const PlanStep& step) {
    const auto peak = static_cast<double>(step.record.estimate.peak_bytes);
    return std::abs(plot().xAxis->coordToPixel(peak) - pixel.x());
  };
  const auto nearest = std::ranges::min_element(steps, {}, distance);
  setStep(static_cast<int>(std::distance(steps.begin(), nearest)));
}

bool PlanView::eventFilter(QObject* watched, QEvent* event) {
  if (watched == &plot() && event->type() == QEvent::MouseButtonRelease) {
    pickStepAt(static_cast<QMouseEvent*>(event)->position());
  }
  if (watched == &plot() && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Left || key == Qt::Key_Right) {
      m_budget->setValue(m_budget->value() + (key == Qt::Key_Right ? 1 : -1));
      return true;
    }
  }
  return ChartView::eventFilter(watched, event);
}

}  // namespace actscope::gui
