// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_form.hpp"

#include <QProcess>
#include <QRegularExpression>

namespace actscope::gui {
namespace {

bool isList(const QString& text, const QString& item) {
  return QRegularExpression("^" + item + "(," + item + ")*$").match(text).hasMatch();
}

const QString blockPattern = "[1-9][0-9]*(x[1-9][0-9]*)?";
const QString sparsityPattern = "(0(\\.[0-9]*)?|\\.[0-9]+)";
const QString countPattern = "[0-9]+";

QString shareFault(const char* what, const QString& text) {
  if (text.isEmpty() || QRegularExpression("^" + sparsityPattern + "$").match(text).hasMatch()) {
    return {};
  }
  return QString("%1 is a share from 0 to below 1, not %2").arg(what, text);
}

QString countFault(const char* what, const QString& text) {
  if (text.isEmpty() || isList(text, countPattern)) return {};
  return QString("%1 is no whole number: %2").arg(what, text);
}

}  // namespace

bool hasSparsity(const RunForm& r) {
  return r.isSweep || r.scheme.contains("bsr") || r.scheme == "topk";
}

bool hasBlocks(const RunForm& r) {
  return r.isSweep || r.scheme.contains("bsr");
}

QStringList argumentsOf(const RunForm& r) {
  QStringList arguments{r.isSweep ? "sweep" : "run"};
  const auto add = [&](const char* option, const QString& value) {
    if (!value.trimmed().isEmpty()) arguments << option << value.trimmed();
  };
  const auto addUnless = [&](const QString& usual, const char* option, const QString& value) {
    if (value.trimmed() != usual) add(option, value);
  };
  add("--model", r.model);
  if (r.model == "resmlp") {
    add("--dim", r.dim);
    add("--depth", r.depth);
  }
  add("--data", r.data);
  add("--data-dir", r.dataDir);
  add("--train-samples", r.trainSamples);
  if (r.isSweep) {
    add("--schemes", r.schemes);
    add("--blocks", r.blocks);
    add("--sparsities", r.sparsities);
    add("--seeds", r.seeds);
    add("--workers", r.workers);
  } else {
    add("--scheme", r.scheme);
    if (hasBlocks(r)) add("--block", r.block);
    if (hasSparsity(r)) add("--sparsity", r.sparsity);
    add("--seed", r.seed);
  }
  if (hasBlocks(r)) addUnless("panel", "--select", r.select);
  if (hasSparsity(r)) addUnless("constant", "--schedule", r.schedule);
  if (r.steps.trimmed().isEmpty()) {
    add("--epochs", r.epochs);
  } else {
    add("--steps", r.steps);
  }
  add("--batch", r.batch);
  add("--lr", r.learningRate);
  addUnless("adamw", "--optimizer", r.optimizer);
  add("--drop-path", r.dropPath);
  add("--ema", r.ema);
  add("--device", r.device);
  addUnless("fp32", "--dtype", r.dtype);
  add("--trace", r.trace);
  add("--gradient-errors", r.gradientErrors);
  add("--out", r.out);
  return arguments + QProcess::splitCommand(r.extra);
}

QString faultOf(const RunForm& r) {
  if (r.out.trimmed().isEmpty())
    return "Give an output folder: the dashboard reads the run from it.";
  if (r.isSweep) {
    if (r.schemes.trimmed().isEmpty()) return "Give one scheme or more, separated by commas.";
    if (!isList(r.blocks, blockPattern)) return "Blocks are sides or rows x columns: 8,16,8x64";
    if (!isList(r.sparsities, sparsityPattern))
      return "Sparsities are shares from 0 to below 1: 0.5,0.8";
    if (!isList(r.seeds, countPattern)) return "Seeds are whole numbers: 0,1,2";
  } else {
    if (hasBlocks(r) && (!isList(r.block, blockPattern) || r.block.contains(','))) {
      return "A block is 16 or 8x64";
    }
    if (hasSparsity(r) && (!isList(r.sparsity, sparsityPattern) || r.sparsity.contains(','))) {
      return "A sparsity is a share from 0 to below 1: 0.8";
    }
  }
  for (const auto& [what, text] :
       {std::pair{"Seed", r.isSweep ? QString() : r.seed}, std::pair{"Epochs", r.epochs},
        std::pair{"Steps", r.steps}, std::pair{"Batch", r.batch}, std::pair{"Dim", r.dim},
        std::pair{"Depth", r.depth}, std::pair{"Workers", r.workers},
        std::pair{"Images", r.trainSamples},
        std::pair{"Steps between gradient errors", r.gradientErrors}}) {
    const QString fault = countFault(what, text);
    if (!fault.isEmpty()) return fault;
  }
  for (const auto& [what, text] :
       {std::pair{"Drop-path", r.dropPath}, std::pair{"The average's decay", r.ema}}) {
    const QString fault = shareFault(what, text.trimmed());
    if (!fault.isEmpty()) return fault;
  }
  return {};
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

void fillFormTable(TableModel& table, const RunForm& form) {
  const QStringList words = argumentsOf(form);
  std::vector<TableRow> rows{{{Cell::of("command"), Cell::of(words.front())}, {}}};
  for (qsizetype i = 1; i < words.size(); i += 2) {
    rows.push_back({{Cell::of(words[i]), Cell::of(words.value(i + 1))}, {}});
  }
  table.setTable({{"option", "Option", false}, {"value", "Value", false}}, std::move(rows));
}

}  // namespace actscope::gui
