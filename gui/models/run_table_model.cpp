// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_table_model.hpp"

#include <algorithm>
#include <optional>

#include "actscope/core/config/run_option.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

struct Heading {
  const char* field;
  const char* title;
};

const Heading headings[RunTableModel::columnsCount] = {
    {"pick", ""},
    {"run", "Run"},
    {"sweep", "Sweep"},
    {"status", "Status"},
    {"role", "Role"},
    {"scheme", "Scheme"},
    {"block", "Block"},
    {"sparsity_ratio", "Sparsity"},
    {"seed", "Seed"},
    {"model", "Model"},
    {"data", "Data"},
    {"batch", "Batch"},
    {"device", "Device"},
    {"saved_bytes", "Saved"},
    {"dense_over_saved_ratio", "Fewer"},
    {"peak_bytes", "Peak"},
    {"step_time_s", "Step"},
    {"heldout_accuracy_ratio", "Held-out"},
    {"train_loss", "Loss"},
    {"steps", "Steps"},
    {"reason", "Why"},
};

std::optional<Metric> metricOf(int column) {
  switch (column) {
    case RunTableModel::saved:
      return Metric::saved;
    case RunTableModel::fewer:
      return Metric::fewer;
    case RunTableModel::peak:
      return Metric::peak;
    case RunTableModel::step:
      return Metric::step;
    case RunTableModel::accuracy:
      return Metric::accuracy;
    case RunTableModel::loss:
      return Metric::loss;
    default:
      return std::nullopt;
  }
}

bool isNumeric(int column) {
  return metricOf(column) || column == RunTableModel::block || column == RunTableModel::sparsity ||
         column == RunTableModel::seed || column == RunTableModel::batch ||
         column == RunTableModel::steps;
}

}  // namespace

void RunTableModel::setRuns(const RunList& runs) {
  const bool isUpdate = std::ranges::equal(
      runs, m_runs, [](const RunPointer& x, const RunPointer& y) { return x->key == y->key; });
  if (!isUpdate) beginResetModel();
  m_runs = runs;
  if (!isUpdate) {
    endResetModel();
  } else if (!m_runs.empty()) {
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnsCount - 1));
  }
}

void RunTableModel::setPicks(const QString& a, const QString& b) {
  if (a == m_a && b == m_b) return;
  m_a = a;
  m_b = b;
  if (!m_runs.empty()) Q_EMIT dataChanged(index(0, pick), index(rowCount() - 1, pick));
}

int RunTableModel::rowOf(const QString& key) const {
  const auto found =
      std::ranges::find_if(m_runs, [&](const RunPointer& r) { return r->key == key; });
  return found == m_runs.end() ? -1 : static_cast<int>(found - m_runs.begin());
}

bool RunTableModel::isExtra(int column) {
  return column == sweep || column == purpose || column == model || column == dataset ||
         column == batch || column == device || column == loss || column == steps;
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnsCount;
}

// The number to sort by; invalid where the column has none for this run.
QVariant RunTableModel::plain(const RunEntry& run, int column) const {
  const RunConfig& c = run.config;
  const auto known = [&c](const char* field) { return core::is_known(field, c); };
  if (!run.isReadable()) return {};
  if (const auto metric = metricOf(column)) {
    const auto value = metricValue(run, *metric);
    return value ? QVariant(*value) : QVariant();
  }
  switch (column) {
    case block:
      return hasBlocks(c) ? QVariant(static_cast<double>(c.block_rows * c.block_cols)) : QVariant();
    case sparsity:
      return hasBlocks(c) ? QVariant(c.sparsity_ratio) : QVariant();
    case seed:
      return known("seed") ? QVariant(static_cast<double>(c.seed)) : QVariant();
    case batch:
      return known("batch") ? QVariant(static_cast<double>(c.batch)) : QVariant();
    case steps:
      return run.summary ? QVariant(static_cast<double>(run.summary->steps)) : QVariant();
    default:
      return {};
  }
}

QString RunTableModel::text(const RunEntry& run, int column) const {
  switch (column) {
    case pick:
      return run.key == m_a ? (run.key == m_b ? "A B" : "A") : (run.key == m_b ? "B" : "");
    case name:
      return run.name;
    case sweep:
      return run.sweep;
    case status:
      return statusName(run.status);
    case reason:
      return run.reason;
    default:
      break;
  }
  if (!run.isReadable()) return {};
  const auto known = [&](const char* field, const std::string& value) {
    return core::is_known(field, run.config) ? QString::fromStdString(value) : QString("–");
  };
  const QVariant value = plain(run, column);
  if (const auto metric = metricOf(column)) {
    return value.isValid() ? metricText(*metric, value.toDouble()) : QString("–");
  }
  switch (column) {
    case purpose:
      return run.isBaseline ? "baseline" : run.sweep.isEmpty() ? "" : "grid";
    case scheme:
      return run.scheme;
    case block:
      return blockText(run.config);
    case sparsity:
      return value.isValid() ? QString("%1 %").arg(100 * value.toDouble(), 0, 'g', 4) : "–";
    case model:
      return known("model", run.config.model);
    case dataset:
      return known("data", run.config.data);
    case device:
      return known("device", run.config.device);
    default:
      return value.isValid() ? QString::number(value.toDouble(), 'g', 12) : QString("–");
  }
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const RunEntry& run = *m_runs[static_cast<std::size_t>(index.row())];
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return text(run, column);
    case plainRole:
      if (isNumeric(column) && column != block) return plain(run, column);
      return text(run, column);
    case sortRole:
      return isNumeric(column) ? plain(run, column) : QVariant(text(run, column));
    case keyRole:
      return run.key;
    case Qt::ToolTipRole: {
      if (!run.reason.isEmpty()) return run.reason;
      const QVariant value = plain(run, column);
      return value.isValid() ? QString::number(value.toDouble(), 'g', 12) : text(run, column);
    }
    case Qt::TextAlignmentRole:
      return static_cast<int>((isNumeric(column) ? Qt::AlignRight : Qt::AlignLeft) |
                              Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnsCount) return {};
  if (role == Qt::DisplayRole) return QString(headings[section].title);
  if (role == plainRole) return QString(headings[section].field);
  return {};
}

}  // namespace actscope::gui
