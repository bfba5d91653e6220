// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/overview_view.hpp"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include "views/choice.hpp"
#include "views/table_view.hpp"

namespace actscope::gui {
namespace {

// Ends of the sliders; the upper one of step and peak lets anything pass.
constexpr int mostTenths = 50;
constexpr int leastStep = 50, anyStep = 300;
constexpr int leastPeak = 5, anyPeak = 100;

QLabel* addText(QVBoxLayout& column, const char* name) {
  auto* label = new QLabel;
  label->setObjectName(name);
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  column.addWidget(label);
  return label;
}

QFont larger(QFont font, double times, bool isBold) {
  font.setPointSizeF(times * font.pointSizeF());
  font.setBold(isBold);
  return font;
}

}  // namespace

OverviewView::OverviewView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent),
      m_training(addChoice(controls(), tr("Trai&ning"))),
      m_points(addLimit(tr("&Lose at most"), 0, mostTenths, 10)),
      m_step(addLimit(tr("S&tep at most"), leastStep, anyStep, anyStep)),
      m_peak(addLimit(tr("Pea&k at most"), leastPeak, anyPeak, anyPeak)),
      m_view(new TableView(m_table, selection, this)) {
  m_trainingName = qobject_cast<QLabel*>(controls().itemAt(0)->widget());
  m_training->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_training->setMinimumContentsLength(12);
  controls().setStretchFactor(m_training, 1);
  addAnswer();
  m_view->setAccessibleName(tr("Configurations"));
  m_view->horizontalHeader()->setStretchLastSection(false);
  body().addWidget(m_view, 1);
  body().addStretch(0);  // below the answer where there is no table
  connect(m_training, &QComboBox::currentTextChanged, this, &OverviewView::refreshSoon);
  connect(m_run, &QPushButton::clicked, this, [this] {
    if (m_overview.form) Q_EMIT formAsked(*m_overview.form);
  });
}

OverviewView::Limit OverviewView::addLimit(const QString& label, int low, int high, int first) {
  auto* name = new QLabel(label, this);
  auto* slider = new QSlider(Qt::Horizontal, this);
  auto* value = new QLabel(this);
  slider->setRange(low, high);
  slider->setValue(first);
  slider->setMinimumWidth(50);
  slider->setMaximumWidth(120);
  slider->setAccessibleName(QString(label).remove('&'));
  name->setBuddy(slider);
  // As wide as the longest text, so that nothing moves while it is dragged.
  value->setMinimumWidth(fontMetrics().horizontalAdvance("100 % of dense"));
  controls().addWidget(name);
  controls().addWidget(slider);
  controls().addWidget(value);
  connect(slider, &QSlider::valueChanged, this, &OverviewView::refreshSoon);
  return {name, slider, value};
}

void OverviewView::addAnswer() {
  auto* column = new QVBoxLayout;
  column->setContentsMargins(8, 12, 8, 12);
  column->setSpacing(10);
  m_headline = addText(*column, "headline");
  m_headline->setFont(larger(font(), 1.5, true));
  m_figures = new QHBoxLayout;
  m_figures->setSpacing(12);
  column->addLayout(m_figures);
  m_reasons = addText(*column, "reasons");
  auto* following = new QHBoxLayout;
  auto* text = new QVBoxLayout;
  m_next = addText(*text, "next");
  following->addLayout(text, 1);
  m_run = new QPushButton(tr("Set &up this run…"));
  m_run->setToolTip(tr("Fills the form of New run; nothing starts yet"));
  following->addWidget(m_run, 0, Qt::AlignTop);
  column->addLayout(following);
  body().addLayout(column);
}

OverviewQuery OverviewView::query() const {
  OverviewQuery query;
  query.training = m_training->currentText();
  query.lostPoints = m_points.slider->value() / 10.0;
  if (m_step.slider->value() < anyStep) query.stepRatio = m_step.slider->value() / 100.0;
  if (m_peak.slider->value() < anyPeak) query.peakRatio = m_peak.slider->value() / 100.0;
  return query;
}

void OverviewView::refresh() {
  const OverviewQuery asked = query();
  m_overview =
      overviewOf(store().configurations(), store().runs().size(), store().documents(), asked);
  setItems(*m_training, m_overview.trainings);
  const int place = m_training->findText(m_overview.training);
  if (place >= 0 && place != m_training->currentIndex()) m_training->setCurrentIndex(place);
  m_training->setToolTip(m_overview.training);
  m_points.value->setText(tr("%1 points").arg(asked.lostPoints, 0, 'f', 1));
  m_step.value->setText(asked.stepRatio ? tr("%1x dense").arg(*asked.stepRatio, 0, 'f', 2)
                                        : tr("anything"));
  m_peak.value->setText(asked.peakRatio ? tr("%1 % of dense").arg(100 * *asked.peakRatio, 0, 'f', 0)
                                        : tr("anything"));
  for (const Limit& limit : {m_points, m_step, m_peak}) {
    limit.name->setVisible(m_overview.hasDense);
    limit.slider->setVisible(m_overview.hasDense);
    limit.value->setVisible(m_overview.hasDense);
  }
  const bool isTrainingShown = m_overview.trainings.size() > 1 || m_overview.hasDense;
  m_training->setVisible(isTrainingShown);
  m_trainingName->setVisible(isTrainingShown);
  m_headline->setText(m_overview.headline);
  showFigures();
  QStringList reasons;
  for (const QString& reason : m_overview.reasons) reasons << "•  " + reason;
  m_reasons->setText(reasons.join('\n'));
  m_reasons->setVisible(!reasons.isEmpty());
  m_next->setText(m_overview.next);
  m_next->setVisible(!m_overview.next.isEmpty());
  m_run->setVisible(m_overview.form.has_value());
  fillOverviewTable(m_table, m_overview);
  m_view->setVisible(!m_overview.shown.empty());
  m_view->fitColumns();
}

void OverviewView::showFigures() {
  while (QLayoutItem* item = m_figures->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const OverviewFigure& figure : m_overview.figures) {
    auto* card = new QFrame;
    card->setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(card);
    auto* title = new QLabel(figure.title);
    auto* value = new QLabel(figure.value);
    value->setFont(larger(font(), 1.4, true));
    auto* note = new QLabel(figure.note);
    note->setWordWrap(true);
    for (QLabel* label : {title, value, note}) {
      label->setTextInteractionFlags(Qt::TextSelectableByMouse);
      column->addWidget(label);
    }
    card->setAccessibleName(figure.title + ": " + figure.value + " " + figure.note);
    m_figures->addWidget(card, 1);
  }
}

}  // namespace actscope::gui
