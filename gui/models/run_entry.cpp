// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_entry.hpp"

#include <QFileInfo>
#include <QLocale>
#include <QStringList>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::gui {
namespace {

// Of a run of a model that is not ours: what is known of it.
QString knownText(const RunConfig& config) {
  QStringList parts;
  for (const core::RunOption& option : core::run_options()) {
    if (option.role != core::FieldRole::training || !core::is_known(option, config)) continue;
    const QString value = QString::fromStdString(core::value_text(option, config));
    const std::string_view field = option.field;
    const bool isPlain = field == "model" || field == "data" || field == "dtype" ||
                         field == "device" || field == "optimizer";
    parts << (isPlain ? value : QString::fromUtf8(option.field) + " " + value);
  }
  return parts.join(", ");
}

}  // namespace

QString statusName(EntryStatus status) {
  switch (status) {
    case EntryStatus::completed:
      return "completed";
    case EntryStatus::running:
      return "running";
    case EntryStatus::pending:
      return "pending";
    case EntryStatus::interrupted:
      return "interrupted";
    case EntryStatus::failed:
      return "failed";
    case EntryStatus::skipped:
      return "skipped";
    case EntryStatus::unreadable:
      return "unreadable";
  }
  return {};
}

void RunEntry::setConfig(const RunConfig& from) {
  config = from;
  scheme = schemeText(from);
  group = groupText(from);
}

const std::string& RunEntry::dataHash() const {
  static const std::string unknown;
  return record ? record->data_sha256 : unknown;
}

QString missingPick(const RunPointer& a, const RunPointer& b, Side side) {
  const bool isMissingA = side != Side::b && !a, isMissingB = side != Side::a && !b;
  if (!isMissingA && !isMissingB) return {};
  if (side == Side::difference) return "Pick A and B (keys A and B in the table of runs).";
  return isMissingA ? "Pick A (key A in the table of runs)."
                    : "Pick B (key B in the table of runs).";
}

QString folderOf(const RunEntry& run) {
  const qsizetype mark = run.key.lastIndexOf('#');
  if (run.sweep.isEmpty() || mark < 0) return QFileInfo(run.key).absolutePath();
  return QFileInfo(run.key.left(mark)).absolutePath() + "/points/" + run.key.mid(mark + 1);
}

bool hasBlocks(const RunConfig& config) {
  return core::has_blocks(config);
}

QString blockText(const RunConfig& config) {
  if (!hasBlocks(config)) return "–";
  return QString("%1x%2").arg(config.block_rows).arg(config.block_cols);
}

QString schemeText(const RunConfig& config) {
  if (!core::is_known("scheme", config)) return "–";
  const RunConfig usual;
  QStringList parts{QString::fromStdString(config.scheme)};
  if (hasBlocks(config) && config.select != usual.select) {
    parts << QString::fromStdString(config.select);
  }
  if (config.schedule != usual.schedule) parts << QString::fromStdString(config.schedule);
  for (const std::string& slot : config.slot_overrides) parts << QString::fromStdString(slot);
  for (const std::string& text : config.operand_overrides) parts << QString::fromStdString(text);
  return parts.join(' ');
}

QString groupText(const RunConfig& config) {
  if (config.known_fields) return knownText(config);
  QString model = QString::fromStdString(config.model);
  if (config.dim || config.depth) {
    model += QString(" %1x%2").arg(config.dim.value_or(64)).arg(config.depth.value_or(4));
  }
  if (config.patch) model += QString(" patch %1").arg(*config.patch);
  if (config.image_size) model += QString(" image %1").arg(*config.image_size);
  QStringList parts{model, QString::fromStdString(config.data)};
  if (config.train_samples > 0) parts << QString("%1 images").arg(config.train_samples);
  if (!config.augment) parts << "no augmentation";
  parts << QString("batch %1").arg(config.batch);
  if (config.steps > 0) {
    parts << QString("%1 steps").arg(config.steps);
  } else {
    parts << QString(config.epochs == 1 ? "%1 epoch" : "%1 epochs").arg(config.epochs);
  }
  parts << "lr " + QString::number(config.learning_rate, 'g', QLocale::FloatingPointShortest);
  parts << QString::fromStdString(config.dtype) << QString::fromStdString(config.device);
  if (!config.weights.empty()) parts << QString::fromStdString("from " + config.weights);
  const std::string others = core::unusual_fields(
      config, {core::FieldRole::training},
      {"model", "dim", "depth", "patch", "image_size", "data", "train_samples", "augment", "batch",
       "steps", "epochs", "learning_rate", "dtype", "device", "weights"});
  if (!others.empty()) parts << QString::fromStdString(others);
  return parts.join(", ");
}

QString apartText(const RunConfig& from, const RunConfig& config) {
  QStringList parts;
  for (const std::string& line : core::training_differences(from, config)) {
    const QString text = QString::fromStdString(line);
    const QString arrow = " -> ";
    parts << text.left(text.indexOf(':')) + " " + text.mid(text.lastIndexOf(arrow) + arrow.size());
  }
  return parts.join(", ");
}

core::DenseRuns denseRuns(const RunList& runs) {
  core::DenseRuns dense;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i]->isTrained() && core::is_dense(runs[i]->config)) {
      dense.add(runs[i]->config, runs[i]->dataHash(), i);
    }
  }
  return dense;
}

QString pointText(const RunConfig& config) {
  QString text = schemeText(config);
  if (hasBlocks(config)) {
    text += QString(" %1 %2 %").arg(blockText(config)).arg(100 * config.sparsity_ratio, 0, 'g', 4);
  }
  if (!core::is_known("seed", config)) return text;
  return text + QString(" seed %1").arg(config.seed);
}

}  // namespace actscope::gui
