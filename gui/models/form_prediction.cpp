// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/form_prediction.hpp"

#include <algorithm>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"
#include "actscope/core/training/run_setup.hpp"
#include "models/metric.hpp"

namespace actscope::gui {
namespace {

constexpr std::size_t mostPoints = 256;  // of a sweep; more are not worked out while one types

// Texts that faultOf let through.
void setValue(RunConfig& config, const core::RunOption& option, const QString& text) {
  if (option.syntax == core::OptionSyntax::block) {
    const QStringList sides = text.split('x');
    config.block_rows = sides.front().toLongLong();
    config.block_cols = sides.back().toLongLong();
    return;
  }
  std::visit(
      [&](const auto member) {
        auto& value = config.*member;
        using Value = std::remove_reference_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string>) {
          value = text.toStdString();
        } else if constexpr (std::is_same_v<Value, double>) {
          value = text.toDouble();
        } else if constexpr (std::is_same_v<Value, std::int64_t> ||
                             std::is_same_v<Value, std::optional<std::int64_t>>) {
          value = text.toLongLong();
        }
      },
      option.member);
}

// Of more options only the stores count here.
void setOverrides(RunConfig& config, const QString& extra) {
  const QStringList words = shellWords(extra).value_or(QStringList());
  for (qsizetype i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "--slot") config.slot_overrides.push_back(words[i + 1].toStdString());
    if (words[i] == "--operand") config.operand_overrides.push_back(words[i + 1].toStdString());
  }
}

RunConfig configOf(const RunForm& form) {
  RunConfig config;
  for (const FormField& field : formFields()) {
    const QString text = form.text(field.name);
    const bool isOption = !field.option.isEmpty() && field.shown != FormField::Shown::inSweep;
    if (!isOption || text.isEmpty() || !isRead(field, form)) continue;
    setValue(config, core::run_option(field.name.toStdString()), text);
  }
  setOverrides(config, form.text("extra"));
  return config;
}

// The points of a sweep without its baselines; seeds keep alike.
std::vector<RunConfig> pointsOf(const RunForm& form) {
  const RunConfig common = configOf(form);
  if (!form.isSweep) return {common};
  std::vector<RunConfig> points;
  for (const QString& scheme : form.text("schemes").split(',')) {
    RunConfig config = common;
    config.scheme = scheme.trimmed().toStdString();
    const QStringList whole{QString()};
    for (const QString& block : core::has_blocks(config) ? form.text("blocks").split(',') : whole) {
      for (const QString& sparsity :
           core::has_sparsity(config) ? form.text("sparsities").split(',') : whole) {
        RunConfig point = config;
        if (!block.isEmpty()) setValue(point, core::run_option("block_rows"), block);
        if (!sparsity.isEmpty()) point.sparsity_ratio = sparsity.toDouble();
        if (points.size() < mostPoints) points.push_back(std::move(point));
      }
    }
  }
  return points;
}

struct Span {
  double low = 0, high = 0;
  bool isSet = false;

  void add(double value) {
    low = isSet ? std::min(low, value) : value;
    high = isSet ? std::max(high, value) : value;
    isSet = true;
  }
};

QString bytesOf(const Span& span) {
  const QString low = bytesText(span.low), high = bytesText(span.high);
  return low == high ? low : QString("%1 to %2").arg(low, high);
}

QString timesOf(const Span& span) {
  const auto text = [](double times) { return QString::number(times, 'f', times < 10 ? 1 : 0); };
  const QString low = text(span.low), high = text(span.high);
  return low == high ? low + "x" : QString("%1 to %2x").arg(low, high);
}

}  // namespace

QString predictionOf(const RunForm& form) {
  if (!faultOf(form).isEmpty()) return {};
  Span saved, fewer, peak;
  QString why;
  try {
    for (const RunConfig& point : pointsOf(form)) {
      try {
        const FootprintTotals totals = core::footprint_of(point).totals;
        saved.add(static_cast<double>(totals.saved_bytes));
        peak.add(static_cast<double>(totals.peak_bytes));
        if (totals.saved_bytes > 0) {
          fewer.add(static_cast<double>(totals.dense_saved_bytes) /
                    static_cast<double>(totals.saved_bytes));
        }
      } catch (const UnsupportedBlockSize& error) {  // a sweep leaves such a point out
        why = QString::fromUtf8(error.what());
      }
    }
  } catch (const std::exception& error) {  // also of a scheme that is being typed
    return QString("No prediction: %1").arg(QString::fromUtf8(error.what()));
  }
  if (!saved.isSet) return QString("No prediction: %1").arg(why);
  QString text = QString("Predicted: keeps %1 for backward").arg(bytesOf(saved));
  if (fewer.isSet) text += QString(", %1 fewer than plain autograd").arg(timesOf(fewer));
  return text + QString("; peak about %1.").arg(bytesOf(peak));
}

}  // namespace actscope::gui
