// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "models/run_entry.hpp"

namespace actscope::gui {

/// What may lie along a side of a heat map: "block", "sparsity", "scheme", or another field of the
/// configuration, by its name in documents.
struct HeatAxis {
  QString field;
  QString title;  ///< "Block (rows x columns)"
};

/// What a map writes along such a side.
QString heatTitle(const QString& field);

/// "block", "sparsity" and "scheme", then every field of training and compression in which the runs
/// differ.
std::vector<HeatAxis> heatAxes(const RunList& runs);

/// Where a run stands along an axis: its text, and what axes are sorted by.
struct HeatPlace {
  double order = 0;  ///< of numbers and blocks; names are sorted by their text
  QString text;      ///< "16x16", "80 %", "int4-bsr"

  bool operator==(const HeatPlace&) const = default;
  bool operator<(const HeatPlace& other) const {
    return order != other.order ? order < other.order : text < other.text;
  }
};
HeatPlace heatPlaceOf(const RunEntry& run, const QString& field);

/// Whether a field means anything to a run: block and sparsity do not to int4.
bool hasHeatPlace(const RunEntry& run, const QString& field);

/// As groupText, without the fields of the axes: runs of one group may differ in them.
QString heatGroupOf(const RunEntry& run, const QStringList& fields);

/// As schemeText, without the fields of the axes.
QString heatSchemeOf(const RunEntry& run, const QStringList& fields);

/// Names of the fields beside the axes that differ within a cell: its mean is over them, too.
QStringList fieldsWithinCells(const std::vector<RunList>& cells, const QStringList& axes);

}  // namespace actscope::gui
