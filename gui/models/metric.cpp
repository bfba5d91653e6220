// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/metric.hpp"

#include <algorithm>
#include <cmath>

#include "actscope/base/units.hpp"
#include "actscope/reports/statistics/accuracy_interval.hpp"

namespace actscope::gui {
namespace {

template <class Number>
std::optional<double> valueOf(const Measured<Number>& measured) {
  if (!measured.value) return std::nullopt;
  return static_cast<double>(*measured.value);
}

// The mean over the pruned slots, weighted by what they would have taken dense.
std::optional<double> keptNorm(const RunEntry& run) {
  if (!run.record) return std::nullopt;
  double sum = 0, weight = 0;
  for (const LayerFootprint& layer : run.record->layers) {
    for (const SlotFootprint& slot : layer.slots) {
      if (!slot.kept_norm_ratio || !slot.dense_bytes) continue;
      sum += *slot.kept_norm_ratio * static_cast<double>(*slot.dense_bytes);
      weight += static_cast<double>(*slot.dense_bytes);
    }
  }
  if (weight <= 0) return std::nullopt;
  return sum / weight;
}

}  // namespace

QString withSign(double value, const QString& magnitude) {
  const bool isNothing =
      std::ranges::none_of(magnitude, [](QChar c) { return c >= QChar(u'1') && c <= QChar(u'9'); });
  if (isNothing) return magnitude;
  return (value < 0 ? "−" : "+") + magnitude;
}

const std::vector<MetricFacts>& metrics() {
  static const std::vector<MetricFacts> all = {
      {Metric::saved, "saved", "saved_bytes", "Saved bytes"},
      {Metric::peak, "peak", "peak_bytes", "Peak bytes"},
      {Metric::step, "step", "step_time_s", "Step time"},
      {Metric::accuracy, "accuracy", "heldout_accuracy_ratio", "Held-out accuracy"},
      {Metric::loss, "loss", "train_loss", "Train loss"},
      {Metric::kept, "kept", "kept_norm_ratio", "Kept norm"},
      {Metric::fewer, "fewer", "dense_over_saved_ratio", "Fewer than dense"},
  };
  return all;
}

const MetricFacts& factsOf(Metric metric) {
  return metrics()[static_cast<std::size_t>(metric)];
}

std::optional<Metric> metricNamed(const QString& id) {
  for (const MetricFacts& facts : metrics()) {
    if (id == facts.id || id == facts.field) return facts.metric;
  }
  return std::nullopt;
}

bool isMoreBetter(Metric metric) {
  return metric == Metric::accuracy || metric == Metric::fewer;
}

std::optional<double> metricValue(const RunEntry& run, Metric metric) {
  if (metric == Metric::kept) return keptNorm(run);
  if (!run.summary) return std::nullopt;
  const RunSummary& s = *run.summary;
  switch (metric) {
    case Metric::saved:
      return valueOf(s.saved_bytes);
    case Metric::peak:
      return valueOf(s.peak_bytes);
    case Metric::step:
      return valueOf(s.step_time_s);
    case Metric::accuracy:
      return valueOf(s.heldout_accuracy_ratio);
    case Metric::loss:
      return valueOf(s.train_loss);
    case Metric::fewer:
      if (!s.dense_saved_bytes.value) return std::nullopt;
      if (!s.saved_bytes.value || *s.saved_bytes.value <= 0) return std::nullopt;
      return static_cast<double>(*s.dense_saved_bytes.value) /
             static_cast<double>(*s.saved_bytes.value);
    case Metric::kept:
      break;
  }
  return std::nullopt;
}

QString metricText(Metric metric, double value) {
  switch (metric) {
    case Metric::saved:
    case Metric::peak:
      return bytesText(value);
    case Metric::step:
      return QString::fromStdString(format_duration(value));
    case Metric::accuracy:
    case Metric::kept:
      return QString("%1 %").arg(100 * value, 0, 'f', 1);
    case Metric::loss:
      return QString::number(value, 'f', 3);
    case Metric::fewer:
      return QString("%1x").arg(value, 0, 'f', value < 10 ? 2 : 1);
  }
  return {};
}

std::optional<double> metricChange(Metric metric, double value, double reference) {
  const bool isDifference =
      metric == Metric::accuracy || metric == Metric::kept || metric == Metric::loss;
  if (isDifference) return value - reference;
  if (reference == 0) return std::nullopt;
  return value / reference - 1;
}

QString changeText(Metric metric, double change) {
  const double size = std::abs(change);
  if (metric == Metric::loss) return withSign(change, QString::number(size, 'f', 3));
  const bool isPoints = metric == Metric::accuracy || metric == Metric::kept;
  return withSign(change, QString("%1 %2").arg(100 * size, 0, 'f', 1).arg(isPoints ? "pp" : "%"));
}

QString differenceText(Metric metric, double difference) {
  switch (metric) {
    case Metric::saved:
    case Metric::peak:
      return signedBytes(difference);
    case Metric::step:
      return signedDuration(difference);
    case Metric::fewer:
      return withSign(difference, QString("%1x").arg(std::abs(difference), 0, 'f', 2));
    default:
      return changeText(metric, difference);
  }
}

QString noiseText(const RunEntry& a, const RunEntry& b) {
  const auto from = metricValue(a, Metric::accuracy), to = metricValue(b, Metric::accuracy);
  if (!from || !to || &a == &b) return {};
  const reports::AccuracyPair pair{*from, *to, a.heldoutImages, b.heldoutImages};
  const auto interval = reports::difference_interval({&pair, 1}, reports::shown_confidence);
  if (!interval) return {};
  return QString(" ±%1 pp").arg(100 * interval->half_width(*to - *from), 0, 'f', 1);
}

QString bytesText(double bytes) {
  return QString::fromStdString(format_bytes(std::llround(bytes)));
}

QString signedBytes(double bytes) {
  if (bytes == 0) return "0 B";
  return withSign(bytes, bytesText(std::abs(bytes)));
}

QString signedDuration(double seconds) {
  if (seconds == 0) return "0 s";
  return withSign(seconds, QString::fromStdString(format_duration(std::abs(seconds))));
}

}  // namespace actscope::gui
