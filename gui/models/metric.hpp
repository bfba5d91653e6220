// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "models/run_entry.hpp"

namespace actscope::gui {

/// A figure by which runs are ranked.
enum class Metric { saved, peak, step, accuracy, loss, kept, fewer };

/// How a metric is called and read.
struct MetricFacts {
  Metric metric;
  const char* id;     ///< on the command line: "saved", "peak", …
  const char* field;  ///< in CSV: "saved_bytes"
  const char* title;  ///< "Saved bytes"
};

const std::vector<MetricFacts>& metrics();
const MetricFacts& factsOf(Metric metric);
std::optional<Metric> metricNamed(const QString& id);

/// Whether more of it is better: accuracy, and how many times fewer bytes.
bool isMoreBetter(Metric metric);

/// Absent where the run has not measured it. Units: bytes, seconds, ratios.
std::optional<double> metricValue(const RunEntry& run, Metric metric);
/// "2.46 MiB", "29.5 ms", "76.5 %", "1.307", "17.7x".
QString metricText(Metric metric, double value);

/// A change against a reference: a share of it for bytes and times, a difference for ratios and
/// losses. Absent where the reference is 0 and a share was asked for.
std::optional<double> metricChange(Metric metric, double value, double reference);
/// "−94.4 %", "+1.2 pp", "−0.01".
QString changeText(Metric metric, double change);

/// B − A in the unit of the metric: "−41.2 MiB", "+1.2 pp".
QString differenceText(Metric metric, double difference);
/// Where B − A of two accuracies lies with 95 % by the held-out images of both: " ±1.2 pp"; empty
/// where they are not counted.
QString noiseText(const RunEntry& a, const RunEntry& b);
/// The magnitude with the sign of the value; without one where it shows nothing but zeros.
QString withSign(double value, const QString& magnitude);
/// "1.20 KiB"; format_bytes of the nearest whole number. Units: bytes.
QString bytesText(double bytes);
/// "+1.20 KiB", "−3.00 B"; format_bytes with a sign. Units: bytes.
QString signedBytes(double bytes);
/// Units: seconds.
QString signedDuration(double seconds);

}  // namespace actscope::gui
