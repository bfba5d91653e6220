// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/heat_axes.hpp"

#include <algorithm>

#include "actscope/core/config/configuration_name.hpp"
#include "actscope/core/config/run_option.hpp"

namespace actscope::gui {
namespace {

using core::FieldRole;
using core::RunOption;

// Those that scheme, block and sparsity speak for.
bool isOfScheme(const RunOption& option) {
  static const QStringList fields{"scheme",         "block_rows", "block_cols",
                                  "sparsity_ratio", "slots",      "operands"};
  return fields.contains(option.field);
}

bool isCounted(const RunOption& option) {
  const bool decides = option.role == FieldRole::training || option.role == FieldRole::compression;
  return decides && !isOfScheme(option);
}

const RunOption* optionOf(const QString& field) {
  for (const RunOption& option : core::run_options()) {
    if (field == option.field) return &option;
  }
  return nullptr;
}

// The configuration with those fields at their defaults that decide so much; absent: there are
// none.
std::optional<RunConfig> withoutFields(const RunEntry& run, const QStringList& fields,
                                       FieldRole role) {
  std::optional<RunConfig> config;
  for (const QString& field : fields) {
    const RunOption* option = optionOf(field);
    if (option == nullptr || isOfScheme(*option) || option->role != role) continue;
    if (!config) config = run.config;
    core::copy_value(*option, RunConfig(), *config);
  }
  return config;
}

QString titleOf(const RunOption& option) {
  QString title = QString(option.field).replace('_', ' ');
  title[0] = title[0].toUpper();
  return title;
}

}  // namespace

QString heatTitle(const QString& field) {
  if (field == "block") return "Block (rows x columns)";
  if (field == "sparsity") return "Sparsity (share of blocks dropped)";
  const RunOption* option = optionOf(field);
  return option == nullptr ? QString() : titleOf(*option);
}

std::vector<HeatAxis> heatAxes(const RunList& runs) {
  std::vector<HeatAxis> axes;
  for (const char* field : {"block", "sparsity", "scheme"}) {
    axes.push_back({field, heatTitle(field)});
  }
  const auto first = std::ranges::find_if(runs, &RunEntry::isReadable);
  if (first == runs.end()) return axes;
  for (const RunOption& option : core::run_options()) {
    if (!isCounted(option)) continue;
    const bool differs = std::any_of(first, runs.end(), [&](const RunPointer& run) {
      return run->isReadable() && !core::is_equal(option, (*first)->config, run->config);
    });
    if (differs) axes.push_back({option.field, heatTitle(option.field)});
  }
  return axes;
}

bool hasHeatPlace(const RunEntry& run, const QString& field) {
  if (field == "block") return hasBlocks(run.config);
  if (field == "sparsity") {
    return core::is_known("scheme", run.config) && core::has_sparsity(run.config);
  }
  return true;
}

HeatPlace heatPlaceOf(const RunEntry& run, const QString& field) {
  const RunConfig& c = run.config;
  if (field == "block") {
    // Small blocks first, however long their sides.
    return {static_cast<double>(c.block_rows) * static_cast<double>(c.block_cols),
            QString("%1x%2").arg(c.block_rows).arg(c.block_cols)};
  }
  if (field == "sparsity") {
    return {c.sparsity_ratio, QString("%1 %").arg(100 * c.sparsity_ratio, 0, 'g', 4)};
  }
  if (field == "scheme") return {0, run.scheme};
  const RunOption* option = optionOf(field);
  if (option == nullptr) return {};
  const QString text = QString::fromStdString(core::value_text(*option, c));
  bool isNumber = false;
  const double number = text.toDouble(&isNumber);
  return {isNumber ? number : 0, text};
}

QString heatGroupOf(const RunEntry& run, const QStringList& fields) {
  const auto config = withoutFields(run, fields, FieldRole::training);
  return config ? groupText(*config) : run.group;
}

QString heatSchemeOf(const RunEntry& run, const QStringList& fields) {
  const auto config = withoutFields(run, fields, FieldRole::compression);
  return config ? schemeText(*config) : run.scheme;
}

QStringList fieldsWithinCells(const std::vector<RunList>& cells, const QStringList& axes) {
  QStringList titles;
  for (const char* field : {"scheme", "block", "sparsity"}) {
    const bool differs = std::ranges::any_of(cells, [&](const RunList& runs) {
      return std::ranges::any_of(runs, [&](const RunPointer& run) {
        return hasHeatPlace(*run, field) &&
               heatPlaceOf(*run, field) != heatPlaceOf(*runs.front(), field);
      });
    });
    if (differs && !axes.contains(field)) titles << field;
  }
  for (const RunOption& option : core::run_options()) {
    if (!isCounted(option) || axes.contains(option.field)) continue;
    const bool differs = std::ranges::any_of(cells, [&](const RunList& runs) {
      return std::ranges::any_of(runs, [&](const RunPointer& run) {
        return !core::is_equal(option, runs.front()->config, run->config);
      });
    });
    if (differs) titles << titleOf(option).toLower();
  }
  return titles;
}

}  // namespace actscope::gui
