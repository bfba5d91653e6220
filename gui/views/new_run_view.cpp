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

namespace actscope::gui {

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

QLineEdit* NewRunView::addText(QFormLayout& form, const QString& label, const char* name,
                               const QString& value, const QString& hint) {
  auto* field = new QLineEdit(value);
  field->setObjectName(name);
  field->setPlaceholderText(hint);
  field->setMinimumWidth(120);
  form.addRow(label, field);
  connect(field, &QLineEdit::textChanged, this, &NewRunView::refreshSoon);
  return field;
}

QComboBox* NewRunView::addNames(QFormLayout& form, const QString& label, const char* name,
                                const QStringList& names, const QString& value) {
  auto* field = new QComboBox;
  field->setObjectName(name);
  field->addItems(names);
  field->setEditable(true);  // the program may know more names than this list
  field->setCurrentText(value);
  field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  form.addRow(label, field);
  connect(field, &QComboBox::currentTextChanged, this, &NewRunView::refreshSoon);
  return field;
}

QWidget* NewRunView::makeForm() {
  const RunForm first;
  auto* page = new QWidget;
  m_form = new QFormLayout(page);
  QFormLayout& form = *m_form;
  form.setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
  auto* kinds = new QHBoxLayout;
  m_single = new QRadioButton(tr("One &run"));
  m_sweep = new QRadioButton(tr("S&weep"));
  m_single->setChecked(true);
  kinds->addWidget(m_single);
  kinds->addWidget(m_sweep);
  kinds->addStretch(1);
  form.addRow(tr("What"), kinds);
  connect(m_sweep, &QRadioButton::toggled, this, &NewRunView::refreshSoon);

  addNames(form, tr("&Model"), "model",
           {"resmlp", "resmlp_s12", "resmlp_s24", "resmlp_s36", "resmlp_b24_16", "resmlp_b24_8"},
           first.model);
  addText(form, tr("Channels"), "dim", {}, "64");
  addText(form, tr("Blocks deep"), "depth", {}, "4");
  addNames(form, tr("&Data"), "data", {"fashion-mnist", "cifar10", "cifar100", "synthetic"},
           first.data);
  addText(form, tr("Data folder"), "dataDir", {}, tr("where its Debian package puts it"));
  addText(form, tr("Training images"), "trainSamples", {}, tr("all"));
  const QStringList schemes{"dense", "linear-bsr", "exact",          "exact-bsr", "int8",
                            "int4",  "int2",       "int4-bsr",       "int2-bsr",  "checkpoint",
                            "topk",  "pool",       "checkpoint-int4"};
  const auto ofOne = [&](QWidget* field) { m_ofOneKind.emplace_back(field, false); };
  const auto ofSweep = [&](QWidget* field) { m_ofOneKind.emplace_back(field, true); };
  ofOne(addNames(form, tr("S&cheme"), "scheme", schemes, first.scheme));
  ofOne(addText(form, tr("Bloc&k"), "block", first.block, tr("16 or 8x64")));
  ofOne(addText(form, tr("S&parsity"), "sparsity", first.sparsity));
  ofOne(addText(form, tr("Seed"), "seed", first.seed));
  ofSweep(addText(form, tr("S&chemes"), "schemes", first.schemes, "int4-bsr,linear-bsr"));
  ofSweep(addText(form, tr("Bloc&ks"), "blocks", first.blocks, "8,16,8x64"));
  ofSweep(addText(form, tr("S&parsities"), "sparsities", first.sparsities, "0.5,0.8"));
  ofSweep(addText(form, tr("Seeds"), "seeds", first.seeds, "0,1,2"));
  ofSweep(addText(form, tr("Workers"), "workers", {}, "1"));
  addNames(form, tr("Blocks kept by"), "select",
           {"panel", "row", "column", "global", "threshold", "random", "panel:unbiased"},
           first.select);
  addNames(form, tr("Schedule"), "schedule", {"constant", "warmup:100", "cubic:100:1000"},
           first.schedule);
  addText(form, tr("&Epochs"), "epochs", first.epochs);
  addText(form, tr("Steps instead"), "steps", {}, tr("by epochs"));
  addText(form, tr("&Batch"), "batch", first.batch);
  addText(form, tr("Learning rate"), "learningRate", {}, "0.001");
  addNames(form, tr("Optimizer"), "optimizer", {"adamw", "lamb"}, first.optimizer);
  addText(form, tr("Drop-path"), "dropPath", {}, tr("0: no image skips half a block"));
  addText(form, tr("Average's decay"), "ema", {}, tr("0: no average of the weights"));
  addNames(form, tr("De&vice"), "device", {"cpu", "cuda"}, first.device);
  addNames(form, tr("Activations"), "dtype", {"fp32", "bf16"}, first.dtype);
  addNames(form, tr("&Trace"), "trace", {"off", "ledger", "timeline", "cupti", "audit"},
           first.trace);
  addText(form, tr("Gradient errors"), "gradientErrors", {}, tr("never; or every so many steps"));
  addText(form, tr("&Output folder"), "out", first.out);
  addText(form, tr("More options"), "extra", {}, "--slot 'blocks.*.h=int8'");
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
  const auto addBox = [&](const char* name) {
    auto* box = new QPlainTextEdit;
    box->setObjectName(name);
    box->setReadOnly(true);
    box->setFont(fixed);
    box->setTabChangesFocus(true);
    return box;
  };
  column->addWidget(new QLabel(tr("Command line")));
  m_command = addBox("command");
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
  m_log = addBox("log");
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

RunForm NewRunView::form() const {
  const auto text = [this](const char* name) {
    if (const auto* choice = findChild<QComboBox*>(name)) return choice->currentText();
    return findChild<QLineEdit*>(name)->text();
  };
  RunForm r;
  r.isSweep = m_sweep->isChecked();
  for (const auto& [name, field] : {std::pair{"model", &r.model},
                                    {"dim", &r.dim},
                                    {"depth", &r.depth},
                                    {"data", &r.data},
                                    {"dataDir", &r.dataDir},
                                    {"trainSamples", &r.trainSamples},
                                    {"scheme", &r.scheme},
                                    {"block", &r.block},
                                    {"sparsity", &r.sparsity},
                                    {"seed", &r.seed},
                                    {"schemes", &r.schemes},
                                    {"blocks", &r.blocks},
                                    {"sparsities", &r.sparsities},
                                    {"seeds", &r.seeds},
                                    {"workers", &r.workers},
                                    {"select", &r.select},
                                    {"schedule", &r.schedule},
                                    {"epochs", &r.epochs},
                                    {"steps", &r.steps},
                                    {"batch", &r.batch},
                                    {"learningRate", &r.learningRate},
                                    {"optimizer", &r.optimizer},
                                    {"dropPath", &r.dropPath},
                                    {"ema", &r.ema},
                                    {"device", &r.device},
                                    {"dtype", &r.dtype},
                                    {"trace", &r.trace},
                                    {"gradientErrors", &r.gradientErrors},
                                    {"out", &r.out},
                                    {"extra", &r.extra}}) {
    *field = text(name);
  }
  return r;
}

void NewRunView::refresh() {
  const RunForm asked = form();
  fillFormTable(m_table, asked);
  for (const auto& [field, isOfSweep] : m_ofOneKind) {
    const bool isShown = isOfSweep == asked.isSweep;
    field->setVisible(isShown);
    m_form->labelForField(field)->setVisible(isShown);
  }
  findChild<QLineEdit*>("block")->setEnabled(hasBlocks(asked));
  findChild<QLineEdit*>("sparsity")->setEnabled(hasSparsity(asked));
  findChild<QComboBox*>("select")->setEnabled(hasBlocks(asked));
  findChild<QComboBox*>("schedule")->setEnabled(hasSparsity(asked));
  for (const char* name : {"dim", "depth"}) {
    findChild<QLineEdit*>(name)->setEnabled(asked.model == "resmlp");
  }
  m_command->setPlainText(shellLine("actscope", argumentsOf(asked)));
  const QString fault = faultOf(asked);
  setMessage(fault);
  m_start->setEnabled(fault.isEmpty() && !m_run.isRunning());
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
  m_out = form().out.trimmed();
  m_start->setEnabled(false);
  m_stop->setEnabled(true);
  m_state->setText(tr("Starting"));
  m_run.start(program, argumentsOf(form()));
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
