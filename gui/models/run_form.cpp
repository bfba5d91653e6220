// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_form.hpp"

#include <QRegularExpression>
#include <algorithm>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/core/scheme/scheme.hpp"

namespace actscope::gui {
namespace {

using Shown = FormField::Shown;

QStringList listOf(const std::vector<std::string>& names) {
  QStringList list;
  for (const std::string& name : names) list << QString::fromStdString(name);
  return list;
}

// A line for an option of a run, which says what there is to choose from.
FormField ofRun(const char* field, const char* label, const char* hint = "",
                const char* first = "") {
  const core::RunOption& option = core::run_option(field);
  FormField line{
      .name = field, .option = option.option, .label = label, .hint = hint, .first = first};
  line.meaning = QString::fromStdString(core::meaning_of(option));
  if (option.choices != nullptr) {
    line.choices = listOf(option.choices());
    if (line.first.isEmpty()) {
      line.first = QString::fromStdString(core::value_text(option, RunConfig()));
    }
  }
  return line;
}

FormField ofOneRun(const char* field, const char* label, const char* hint, const char* first) {
  FormField line = ofRun(field, label, hint, first);
  line.shown = Shown::inRun;
  return line;
}

// Names of which the program takes one by itself.
FormField usualNames(const char* field, const char* label, const QStringList& choices = {}) {
  FormField line = ofRun(field, label);
  if (!choices.isEmpty()) {
    line.choices = choices;
    line.first = QString::fromStdString(core::value_text(core::run_option(field), RunConfig()));
  }
  line.isLeftOutAsUsual = true;
  return line;
}

QString meaningOfAxis(const QString& name) {
  static const QHash<QString, QString> meanings{
      {"schemes", "what is kept for backward: one point a scheme, with baselines beside"},
      {"blocks", "sides or rows x columns of the blocks that are pruned"},
      {"sparsities", "shares of the blocks that are dropped"},
      {"seeds", "each configuration is trained once a seed; spreads need two or more"},
      {"workers", "runs at a time; each takes its share of the cores"}};
  return meanings.value(name);
}

FormField ofSweep(const char* name, const char* label, const char* hint, const char* first) {
  return {.name = name,
          .option = QString("--") + name,
          .label = label,
          .hint = hint,
          .first = first,
          .meaning = meaningOfAxis(name),
          .shown = Shown::inSweep};
}

bool isList(const QString& text, const QString& item) {
  return QRegularExpression("^" + item + "(," + item + ")*$").match(text).hasMatch();
}

bool isOne(const QString& text, const QString& pattern) {
  return isList(text, pattern) && !text.contains(',');
}

const QString blockPattern = "[1-9][0-9]*(x[1-9][0-9]*)?";
const QString sparsityPattern = "(0(\\.[0-9]*)?|\\.[0-9]+)";
const QString countPattern = "[0-9]+";

QString plainLabel(const FormField& field) {
  return QString(field.label).remove('&');
}

// What an axis of a sweep, or block and sparsity, are refused for.
FormFault faultOfAxes(const RunForm& r) {
  if (r.isSweep) {
    if (r.text("schemes").isEmpty()) {
      return {"schemes", "Give one scheme or more, separated by commas."};
    }
    if (!isList(r.text("blocks"), blockPattern)) {
      return {"blocks", "Blocks are sides or rows x columns: 8,16,8x64"};
    }
    if (!isList(r.text("sparsities"), sparsityPattern)) {
      return {"sparsities", "Sparsities are shares from 0 to below 1: 0.5,0.8"};
    }
    if (!isList(r.text("seeds"), countPattern)) {
      return {"seeds", "Seeds are whole numbers: 0,1,2"};
    }
    return {};
  }
  if (hasBlocks(r) && !isOne(r.text("block_rows"), blockPattern)) {
    return {"block_rows", "A block is 16 or 8x64"};
  }
  if (hasSparsity(r) && !isOne(r.text("sparsity_ratio"), sparsityPattern)) {
    return {"sparsity_ratio", "A sparsity is a share from 0 to below 1: 0.8"};
  }
  return {};
}

// What the range of a run's option refuses.
QString faultOfOption(const core::RunOption& option, const QString& label, const QString& text) {
  if (option.syntax != core::OptionSyntax::plain) return {};
  const bool isCount =
      std::holds_alternative<std::int64_t RunConfig::*>(option.member) ||
      std::holds_alternative<std::optional<std::int64_t> RunConfig::*>(option.member);
  const auto range = [&](const QString& low, const QString& high) {
    return QString("%1 is a number from %2 to %3, not %4").arg(label, low, high, text);
  };
  if (isCount) {
    if (!isOne(text, countPattern)) return QString("%1 is no whole number: %2").arg(label, text);
    bool isRead = false;
    const qlonglong count = text.toLongLong(&isRead);
    if (!option.integers) return {};
    if (isRead && count >= option.integers->low && count <= option.integers->high) return {};
    return range(QString::number(option.integers->low), QString::number(option.integers->high));
  }
  if (!option.reals) return {};
  bool isNumber = false;
  const double value = text.toDouble(&isNumber);
  if (isNumber && value >= option.reals->low && value <= option.reals->high) return {};
  const auto shown = [](double bound) { return QString::number(bound, 'g', 12); };
  return range(shown(option.reals->low), shown(option.reals->high));
}

// What the scheme of a run takes; a sweep may have schemes of every kind.
bool schemeHas(bool (*has)(const RunConfig&), const RunForm& r) {
  RunConfig config;
  config.scheme = r.text("scheme").toStdString();
  return r.isSweep || (!config.scheme.empty() && has(config));
}

}  // namespace

namespace {

std::vector<FormField> madeFields() {
  std::vector<FormField> fields;
  const auto group = [&fields](const char* heading, std::vector<FormField> lines) {
    lines.front().heading = heading;
    fields.insert(fields.end(), lines.begin(), lines.end());
  };
  group("Model", {ofRun("model", "&Model"), ofRun("dim", "Channels", "64"),
                  ofRun("depth", "Depth (blocks)", "4")});
  group("Data", {ofRun("data", "&Data"),
                 ofRun("data_dir", "Data folder", "where its Debian package puts it"),
                 ofRun("train_samples", "Training images", "all")});
  group(
      "Compression",
      {ofOneRun("scheme", "S&cheme", "", "int4-bsr"),
       ofOneRun("block_rows", "Bloc&k", "16 or 8x64", "16"),
       ofOneRun("sparsity_ratio", "Sp&arsity", "", "0.8"),
       ofSweep("schemes", "S&chemes", "int4-bsr,linear-bsr", "int4-bsr,linear-bsr"),
       ofSweep("blocks", "Bloc&ks", "8,16,8x64", "8,16"),
       ofSweep("sparsities", "Sp&arsities", "0.5,0.8", "0.5,0.8"),
       usualNames("select", "Blocks kept by", listOf(core::selection_names()) << "panel:unbiased"),
       usualNames("schedule", "Schedule", {"constant", "warmup:100", "cubic:100:1000"})});
  group("Training",
        {ofOneRun("seed", "Seed", "", "0"), ofSweep("seeds", "Seeds", "0,1,2", "0"),
         ofRun("epochs", "&Epochs", "", "1"), ofRun("steps", "Steps", "instead of epochs"),
         ofRun("batch", "&Batch", "", "128"), ofRun("learning_rate", "Learning rate", "0.001"),
         usualNames("optimizer", "Optimizer"),
         ofRun("drop_path_ratio", "Drop-path", "0: no image skips half a block"),
         ofRun("ema_decay", "Weight average decay", "0: no average of the weights")});
  group("Machine and recording",
        {ofRun("device", "Dev&ice"),
         usualNames("dtype", "Activations"),
         ofSweep("workers", "Workers", "1", ""),
         ofRun("trace", "&Trace"),
         ofRun("gradient_errors", "Gradient errors", "never; or every so many steps"),
         ofRun("out", "&Output folder", "", "runs/new"),
         {.name = "extra",
          .label = "More options",
          .hint = "--slot 'blocks.*.h=int8'",
          .meaning = "words for the command line as they are, quoted as in a shell"}});
  return fields;
}

}  // namespace

const std::vector<FormField>& formFields() {
  static const std::vector<FormField> fields = madeFields();
  return fields;
}

RunForm::RunForm() {
  for (const FormField& field : formFields()) m_texts[field.name] = field.first;
}

bool hasSparsity(const RunForm& r) {
  return schemeHas(core::has_sparsity, r);
}

bool hasBlocks(const RunForm& r) {
  return schemeHas(core::has_blocks, r);
}

bool isRead(const FormField& field, const RunForm& r) {
  if (field.shown == Shown::inRun && r.isSweep) return false;
  if (field.shown == Shown::inSweep && !r.isSweep) return false;
  if (field.name == "dim" || field.name == "depth") return r.text("model") == "resmlp";
  if (field.name == "block_rows" || field.name == "select") return hasBlocks(r);
  if (field.name == "sparsity_ratio" || field.name == "schedule") return hasSparsity(r);
  return true;
}

QStringList argumentsOf(const RunForm& r) {
  QStringList arguments{r.isSweep ? "sweep" : "run"};
  for (const FormField& field : formFields()) {
    const QString text = r.text(field.name);
    if (field.option.isEmpty() || text.isEmpty() || !isRead(field, r)) continue;
    if (field.isLeftOutAsUsual && text == field.first) continue;
    if (field.name == "epochs" && !r.text("steps").isEmpty()) continue;
    arguments << field.option << text;
  }
  return arguments + shellWords(r.text("extra")).value_or(QStringList());
}

std::optional<RunForm> formOf(const QStringList& arguments) {
  const QString command = arguments.value(0);
  if (command != "run" && command != "sweep") return std::nullopt;
  RunForm form;
  form.isSweep = command == "sweep";
  for (const FormField& field : formFields()) {
    if (!field.isLeftOutAsUsual) form[field.name] = QString();
  }
  form["model"] = QString::fromStdString(RunConfig().model);
  QStringList extra;
  for (qsizetype i = 1; i < arguments.size(); ++i) {
    const auto isMeant = [&](const FormField& field) {
      const bool isOther = field.shown == (form.isSweep ? Shown::inRun : Shown::inSweep);
      return !isOther && !field.option.isEmpty() && field.option == arguments[i];
    };
    const auto field = std::ranges::find_if(formFields(), isMeant);
    if (field != formFields().end() && i + 1 < arguments.size()) {
      form[field->name] = arguments[++i];
    } else {
      extra << arguments[i];
    }
  }
  if (!extra.isEmpty()) form["extra"] = shellLine(extra.front(), extra.mid(1));
  return form;
}

FormFault faultIn(const RunForm& r) {
  if (r.text("out").isEmpty()) {
    return {"out", "Give an output folder: the dashboard reads the run from it."};
  }
  if (!shellWords(r.text("extra"))) return {"extra", "More options: a quote is not closed."};
  if (FormFault fault = faultOfAxes(r); !fault.field.isEmpty()) return fault;
  for (const FormField& field : formFields()) {
    const QString text = r.text(field.name);
    if (field.option.isEmpty() || text.isEmpty() || !isRead(field, r)) continue;
    if (field.name == "workers" && !isList(text, countPattern)) {
      return {field.name, "Workers is no whole number: " + text};
    }
    if (field.shown == Shown::inSweep) continue;
    const QString fault =
        faultOfOption(core::run_option(field.name.toStdString()), plainLabel(field), text);
    if (!fault.isEmpty()) return {field.name, fault};
  }
  return {};
}

QString faultOf(const RunForm& r) {
  return faultIn(r).text;
}

QString shellLine(const QString& program, const QStringList& arguments) {
  static const QRegularExpression plain("^[A-Za-z0-9_@%+=:,./-]+$");
  QStringList words;
  for (QString word : QStringList(program) + arguments) {
    if (!plain.match(word).hasMatch()) word = "'" + word.replace("'", "'\\''") + "'";
    words << word;
  }
  return words.join(' ');
}

std::optional<QStringList> shellWords(const QString& line) {
  QStringList words;
  QString word;
  QChar quote;
  bool isWord = false;
  for (qsizetype i = 0; i < line.size(); ++i) {
    const QChar c = line[i];
    const bool isEscape = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (isEscape && (quote.isNull() || line[i + 1] == '"' || line[i + 1] == '\\')) {
      word += line[++i];
      isWord = true;
    } else if (c == quote) {
      quote = QChar();
    } else if (quote.isNull() && (c == '\'' || c == '"')) {
      quote = c;
      isWord = true;  // also an empty one
    } else if (quote.isNull() && c.isSpace()) {
      if (isWord) words << word;
      word.clear();
      isWord = false;
    } else {
      word += c;
      isWord = true;
    }
  }
  if (!quote.isNull()) return std::nullopt;
  if (isWord) words << word;
  return words;
}

void fillFormTable(TableModel& table, const RunForm& form) {
  const QStringList words = argumentsOf(form);
  std::vector<TableRow> rows{{{Cell::of("command"), Cell::of(words.front())}, {}}};
  for (qsizetype i = 1; i < words.size(); i += 2) {
    rows.push_back({{Cell::of(words[i]), Cell::of(words.value(i + 1))}, {}});
  }
  table.setTable({{"option", "Option", false}, {"value", "Value", false}}, std::move(rows));
}

}  // namespace actscope::gui
