// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/new_run_view.hpp"

#include <QClipboard>
#include <QComboBox>
#include <QCoreApplication>
#include <QDir>
#include <QFontDatabase>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>
#include <QSplitter>
#include <algorithm>

#include "models/form_prediction.hpp"
#include "views/choice.hpp"
#include "views/plot_style.hpp"

namespace actscope::gui {
namespace {

constexpr qsizetype mostCommands = 20;

}  // namespace

NewRunView::NewRunView(RunStore& store, Selection& selection, QWidget* parent)
    : View(store, selection, parent) {
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->addWidget(makeForm());
  splitter->addWidget(makeConsole());
  splitter->setStretchFactor(1, 1);
  splitter->setChildrenCollapsible(false);
  splitter->setSizes({420, 640});
  body().addWidget(splitter, 1);
  connect(&m_run, &ProgramRun::line, this, &NewRunView::showLine);
  connect(&m_run, &ProgramRun::ended, this, &NewRunView::end);
  connect(&m_run, &ProgramRun::started, this, [this] { m_state->setText(tr("Running")); });
  NewRunView::refresh();  // the rows of a sweep are hidden before the form is measured
}

QWidget* NewRunView::addField(const FormField& field) {
  QWidget* widget = nullptr;
  if (field.choices.isEmpty()) {
    auto* line = new QLineEdit(field.first);
    line->setPlaceholderText(tr(qUtf8Printable(field.hint)));
    line->setMinimumWidth(120);
    connect(line, &QLineEdit::textChanged, this, &NewRunView::refreshSoon);
    widget = line;
  } else {
    auto* names = new QComboBox;
    names->addItems(field.choices);
    names->setEditable(true);  // the program may know more names than this list
    names->setCurrentText(field.first);
    names->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(names, &QComboBox::currentTextChanged, this, &NewRunView::refreshSoon);
    widget = names;
  }
  widget->setObjectName(field.name);
  widget->setToolTip(field.meaning);
  widget->setAccessibleDescription(field.meaning);
  widget->installEventFilter(this);
  if (!field.heading.isEmpty()) addHeading(tr(qUtf8Printable(field.heading)));
  m_form->addRow(tr(qUtf8Printable(field.label)), widget);
  m_form->labelForField(widget)->setToolTip(field.meaning);
  return widget;
}

void NewRunView::addHeading(const QString& title) {
  auto* heading = new QLabel(title);
  QFont bold = heading->font();
  bold.setBold(true);
  heading->setFont(bold);
  heading->setContentsMargins(0, 6, 0, 0);
  m_form->addRow(heading);
}

QWidget* NewRunView::makeForm() {
  auto* page = new QWidget;
  m_form = new QFormLayout(page);
  QFormLayout& form = *m_form;
  form.setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  auto* kinds = new QHBoxLayout;
  m_single = new QRadioButton(tr("One r&un"));
  m_sweep = new QRadioButton(tr("S&weep"));
  m_single->setChecked(true);
  kinds->addWidget(m_single);
  kinds->addWidget(m_sweep);
  kinds->addStretch(1);
  form.addRow(tr("What"), kinds);
  connect(m_sweep, &QRadioButton::toggled, this, &NewRunView::refreshSoon);

  for (const FormField& field : formFields()) m_fields.push_back(addField(field));
  auto* scroll = new QScrollArea;
  scroll->setWidget(page);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  form.setContentsMargins(9, 0, 16, 9);
  scroll->setMinimumWidth(page->minimumSizeHint().width() + 24);
  return scroll;
}

QWidget* NewRunView::makeConsole() {
  auto* page = new QWidget;
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(8, 0, 0, 0);
  const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
  const auto addBox = [&](const char* name, const QString& title) {
    auto* box = new QPlainTextEdit;
    box->setObjectName(name);
    box->setAccessibleName(title);
    box->setReadOnly(true);
    box->setFont(fixed);
    box->setTabChangesFocus(true);
    return box;
  };
  m_meaning = new QLabel(tr("Go to a field to read what it is."));
  m_meaning->setObjectName("meaning");
  m_meaning->setTextFormat(Qt::PlainText);
  m_meaning->setWordWrap(true);
  m_meaning->setMinimumHeight(2 * fontMetrics().height());  // nothing moves as one goes on
  m_meaning->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  column->addWidget(m_meaning);
  m_prediction = new QLabel;
  m_prediction->setObjectName("prediction");
  m_prediction->setTextFormat(Qt::PlainText);
  m_prediction->setWordWrap(true);
  m_prediction->setMinimumHeight(2 * fontMetrics().height());
  m_prediction->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  m_prediction->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  column->addWidget(m_prediction);
  auto* heading = new QHBoxLayout;
  heading->addWidget(new QLabel(tr("Command line")));
  heading->addStretch(1);
  m_past = addChoice(*heading, tr("Past comma&nds"));
  m_past->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_past->setMinimumContentsLength(28);
  m_past->setObjectName("past");
  m_past->setEnabled(false);
  connect(m_past, &QComboBox::activated, this, &NewRunView::takePast);
  column->addLayout(heading);
  m_command = addBox("command", tr("Command line"));
  m_command->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_command->setMaximumHeight(QFontMetrics(fixed).height() * 5 + 12);
  column->addWidget(m_command);
  auto* buttons = new QHBoxLayout;
  const auto addButton = [&](const QString& text, void (NewRunView::*slot)()) {
    auto* button = new QPushButton(text);
    connect(button, &QPushButton::clicked, this, slot);
    buttons->addWidget(button);
    return button;
  };
  m_start = addButton(tr("&Start"), &NewRunView::start);
  m_stop = addButton(tr("Sto&p"), &NewRunView::stop);
  m_stop->setEnabled(false);
  m_copy = addButton(tr("Cop&y command"), &NewRunView::copyCommand);
  m_state = new QLabel(tr("Not started"));
  m_state->setObjectName("state");
  buttons->addWidget(m_state, 1);
  column->addLayout(buttons);
  column->addWidget(new QLabel(tr("Progress")));
  m_log = addBox("log", tr("Progress"));
  m_log->setMaximumBlockCount(2000);
  column->addWidget(m_log, 1);
  m_program = new QLineEdit;
  m_program->setObjectName("program");
  m_program->setPlaceholderText(tr("found beside this program, then on the path"));
  auto* where = new QHBoxLayout;
  where->addWidget(new QLabel(tr("Program actscope")));
  where->addWidget(m_program, 1);
  column->addLayout(where);
  connect(m_program, &QLineEdit::textChanged, this, &NewRunView::programChanged);
  return page;
}

void NewRunView::setProgram(const QString& file) {
  m_program->setText(file);
}

void NewRunView::setCommands(const QStringList& commands) {
  m_commands = commands.mid(0, mostCommands);
  m_past->clear();
  // The subcommand and what follows: the program is always the same.
  for (const QString& command : m_commands) m_past->addItem(command.section(' ', 1));
  m_past->setCurrentIndex(-1);
  m_past->setEnabled(!m_commands.isEmpty());
}

void NewRunView::remember(const QString& command) {
  QStringList commands = m_commands;
  commands.removeAll(command);
  commands.prepend(command);
  setCommands(commands);
  Q_EMIT commandsChanged(m_commands);
}

void NewRunView::takePast(int place) {
  const auto words = shellWords(m_commands.value(place));
  const auto past = words ? formOf(words->mid(1)) : std::nullopt;
  if (past) setForm(*past);
}

RunForm NewRunView::form() const {
  RunForm r;
  r.isSweep = m_sweep->isChecked();
  for (const QWidget* field : m_fields) {
    const auto* names = qobject_cast<const QComboBox*>(field);
    r[field->objectName()] =
        names != nullptr ? names->currentText() : qobject_cast<const QLineEdit*>(field)->text();
  }
  return r;
}

void NewRunView::setForm(const RunForm& form) {
  (form.isSweep ? m_sweep : m_single)->setChecked(true);
  for (QWidget* field : m_fields) {
    const QString text = form.text(field->objectName());
    if (auto* names = qobject_cast<QComboBox*>(field)) {
      names->setCurrentText(text);
    } else {
      qobject_cast<QLineEdit*>(field)->setText(text);
    }
  }
  refresh();
}

void NewRunView::refresh() {
  const RunForm asked = form();
  fillFormTable(m_table, asked);
  for (std::size_t i = 0; i < m_fields.size(); ++i) {
    const FormField& field = formFields()[i];
    const bool isShown = field.shown == FormField::Shown::always ||
                         asked.isSweep == (field.shown == FormField::Shown::inSweep);
    m_fields[i]->setVisible(isShown);
    m_form->labelForField(m_fields[i])->setVisible(isShown);
    m_fields[i]->setEnabled(isRead(field, asked));
  }
  m_command->setPlainText(shellLine("actscope", argumentsOf(asked)));
  const FormFault fault = faultIn(asked);
  setMessage(fault.text);
  for (QWidget* field : m_fields) mark(*field, field->objectName() == fault.field);
  m_prediction->setText(predictionOf(asked));
  m_start->setEnabled(fault.text.isEmpty() && !m_run.isRunning());
}

// Where it is wrong, the field says so itself, by its color.
void NewRunView::mark(QWidget& field, bool isWrong) {
  if (field.property("isWrong").toBool() == isWrong) return;
  field.setProperty("isWrong", isWrong);
  const QColor color = mixed(palette().color(QPalette::Base), QColor(worseColor), 0.35);
  QPalette wrong = palette();
  wrong.setColor(QPalette::Base, color);
  wrong.setColor(QPalette::Button, color);
  field.setPalette(isWrong ? wrong : QPalette());
}

bool NewRunView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::FocusIn) {
    const auto field = std::ranges::find(formFields(), watched->objectName(), &FormField::name);
    if (field != formFields().end()) {
      m_meaning->setText(QString("%1: %2").arg(QString(field->label).remove('&'), field->meaning));
    }
  }
  return View::eventFilter(watched, event);
}

void NewRunView::start() {
  refresh();
  if (m_run.isRunning() || !faultOf(form()).isEmpty()) return;
  const QString program = findProgram(m_program->text(), QCoreApplication::applicationDirPath());
  if (program.isEmpty()) {
    m_state->setText(tr("No program"));
    setMessage(
        m_program->text().isEmpty()
            ? tr("The program actscope is neither beside this program nor on the path: build it "
                 "with scripts/build, or name its file below.")
            : tr("%1 cannot be executed.").arg(m_program->text()));
    return;
  }
  m_log->clear();
  const RunForm asked = form();
  m_out = asked.text("out");
  m_start->setEnabled(false);
  m_stop->setEnabled(true);
  m_state->setText(tr("Starting"));
  remember(shellLine("actscope", argumentsOf(asked)));
  m_run.start(program, argumentsOf(asked));
  store().add({QDir::cleanPath(m_out)});
}

void NewRunView::stop() {
  if (!m_run.isRunning()) return;
  m_state->setText(tr("Stopping: it writes what it has"));
  m_stop->setEnabled(false);
  m_run.stop();
}

void NewRunView::copyCommand() {
  QGuiApplication::clipboard()->setText(m_command->toPlainText());
  m_state->setText(tr("Copied"));
}

void NewRunView::showLine(const QString& text) {
  m_log->appendPlainText(text);
}

void NewRunView::end(bool isGood, const QString& verdict) {
  m_state->setText(isGood ? tr("Done: %1").arg(m_out) : verdict);
  m_log->appendPlainText("— " + verdict);
  m_stop->setEnabled(false);
  m_start->setEnabled(true);
  store().reload();
}

}  // namespace actscope::gui
