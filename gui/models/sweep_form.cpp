// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/sweep_form.hpp"

#include <variant>

#include "actscope/core/config/run_option.hpp"

namespace actscope::gui {
namespace {

bool isInForm(const core::RunOption& option) {
  for (const FormField& field : formFields()) {
    if (field.name == option.field) return true;
  }
  return false;
}

QString valueOf(const core::RunOption& option, const RunConfig& config) {
  return QString::fromStdString(core::value_text(option, config));
}

// What the command line says for a field that the form has no line for and is not the default.
QStringList wordsOf(const core::RunOption& option, const RunConfig& config) {
  const QString name = option.option;
  const bool counts =
      option.role == core::FieldRole::training || option.role == core::FieldRole::compression;
  if (name.isEmpty() || !counts || isInForm(option)) return {};
  if (!core::is_known(option, config) || valueOf(option, config) == valueOf(option, {})) return {};
  if (option.syntax == core::OptionSyntax::turns_off) return {name};
  if (const auto* list = std::get_if<std::vector<std::string> RunConfig::*>(&option.member)) {
    QStringList words;
    for (const std::string& item : config.**list) words << name << QString::fromStdString(item);
    return words;
  }
  return {name, valueOf(option, config)};
}

}  // namespace

RunForm sweepOf(const RunConfig& config, const QStringList& seeds) {
  RunForm form;
  form.isSweep = true;
  QStringList extra;
  for (const core::RunOption& option : core::run_options()) {
    const bool isKept = option.role == core::FieldRole::training ||
                        option.role == core::FieldRole::compression ||
                        std::string_view(option.field) == "data_dir";
    if (isInForm(option) && isKept && core::is_known(option, config) &&
        valueOf(option, config) != valueOf(option, {})) {
      form[option.field] = valueOf(option, config);
    }
    extra += wordsOf(option, config);
  }
  form["epochs"] = QString::number(config.epochs);
  form["batch"] = QString::number(config.batch);
  form["schemes"] = QString::fromStdString(config.scheme);
  form["blocks"] = QString("%1x%2").arg(config.block_rows).arg(config.block_cols);
  form["sparsities"] = QString::number(config.sparsity_ratio);
  form["seeds"] = seeds.join(',');
  form["out"] = "runs/more-seeds";
  if (!extra.isEmpty()) form["extra"] = shellLine(extra.front(), extra.mid(1));
  return form;
}

}  // namespace actscope::gui
