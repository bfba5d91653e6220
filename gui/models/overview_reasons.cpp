// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/overview_reasons.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "models/folded_name.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

const RunRecord* recordOf(const Configuration& one) {
  for (const RunPointer& run : one.runs) {
    if (run->record) return run->record.get();
  }
  return nullptr;
}

struct Part {
  QString name;
  double bytes = 0;
};

// Bytes by slot over all layers of our model, by layer of another one; the largest first.
std::vector<Part> partsOf(const RunRecord& record, bool isOfDense) {
  const bool isByLayer = record.model_kind != ModelKind::resmlp;
  std::map<QString, double> sums;
  for (const LayerFootprint& layer : record.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      const auto& bytes = isOfDense ? slot.dense_bytes : slot.stored_bytes;
      if (!bytes || *bytes <= 0) continue;
      const QString name = isByLayer ? foldedName(QString::fromStdString(layer.name))
                                     : QString::fromStdString(slot.name);
      sums[name] += static_cast<double>(*bytes);
    }
  }
  std::vector<Part> parts;
  for (const auto& [name, bytes] : sums) parts.push_back({name, bytes});
  std::ranges::stable_sort(parts, [](const Part& a, const Part& b) { return a.bytes > b.bytes; });
  return parts;
}

// "h 44 %, u 44 %, x 11 %".
QString sharesText(const std::vector<Part>& parts) {
  constexpr std::size_t most = 4;
  double all = 0;
  for (const Part& part : parts) all += part.bytes;
  QStringList texts;
  for (std::size_t i = 0; i < std::min(most, parts.size()); ++i) {
    texts << QString("%1 %2 %").arg(parts[i].name).arg(100 * parts[i].bytes / all, 0, 'f', 0);
  }
  if (parts.size() > most) texts << QString("%1 more").arg(parts.size() - most);
  return texts.join(", ");
}

QString prunedText(const RunRecord& record) {
  const SlotFootprint* least = nullptr;
  const LayerFootprint* where = nullptr;
  for (const LayerFootprint& layer : record.layers) {
    for (const SlotFootprint& slot : layer.slots) {
      if (!slot.kept_norm_ratio) continue;
      if (least != nullptr && *slot.kept_norm_ratio >= *least->kept_norm_ratio) continue;
      least = &slot;
      where = &layer;
    }
  }
  if (least == nullptr) return {};
  return QString("Pruning keeps least of %1 in %2: %3 % of its norm.")
      .arg(QString::fromStdString(least->name), QString::fromStdString(where->name))
      .arg(100 * *least->kept_norm_ratio, 0, 'f', 0);
}

QString gradientText(const RunRecord& record) {
  const auto worst = std::ranges::max_element(record.gradients, {}, &GradientError::relative_error);
  if (worst == record.gradients.end() || !std::isfinite(worst->relative_error)) return {};
  return QString("The gradient furthest from exact is that of %1 in %2, off by %3 % of its norm.")
      .arg(QString::fromStdString(worst->parameter), QString::fromStdString(worst->layer))
      .arg(100 * worst->relative_error, 0, 'g', 2);
}

QString residualText(const RunRecord& record) {
  const auto& residual = record.summary.residual_bytes.value;
  if (!residual || *residual == 0) return {};
  return QString("%1 of what is kept nothing explains.")
      .arg(bytesText(static_cast<double>(std::abs(*residual))));
}

}  // namespace

QStringList reasonsOf(const Configuration& one, const Configuration* dense) {
  QStringList reasons;
  const RunRecord* record = recordOf(one);
  if (record == nullptr) return reasons;
  if (dense != nullptr && dense != &one) {
    if (const auto parts = partsOf(*record, true); !parts.empty()) {
      reasons << QString("Dense keeps most in %1.").arg(sharesText(parts));
    }
  }
  if (const auto parts = partsOf(*record, false); !parts.empty()) {
    reasons << QString("%1 keeps most in %2.").arg(one.label, sharesText(parts));
  }
  for (const QString& text : {prunedText(*record), gradientText(*record), residualText(*record)}) {
    if (!text.isEmpty()) reasons << text;
  }
  for (const std::string& warning : record->warnings) reasons << QString::fromStdString(warning);
  return reasons;
}

}  // namespace actscope::gui
