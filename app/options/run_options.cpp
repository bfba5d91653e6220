// SPDX-License-Identifier: Apache-2.0
#include "options/run_options.hpp"

#include <filesystem>
#include <initializer_list>
#include <system_error>

#include <algorithm>
#include <sstream>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "actscope/base/check.hpp"
#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/config/run_names.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/reports/config/document.hpp"
#include "options/nearest_name.hpp"
#include "options/planned_config.hpp"
#include "options/value_text.hpp"

namespace actscope::app {
namespace {

using Texts = std::vector<std::string>;
using core::OptionSyntax;

void read_value(const std::string&, const std::string& text, std::string& value) {
  value = text;
}
void read_value(const std::string& option, const std::string& text, std::int64_t& value) {
  value = parse_integer(option, text);
}
void read_value(const std::string& option, const std::string& text,
                std::optional<std::int64_t>& value) {
  value = parse_integer(option, text);
}
void read_value(const std::string& option, const std::string& text, double& value) {
  value = parse_real(option, text);
}
void read_value(const std::string&, const std::string&, bool&) {
  unreachable("a value for an option that takes none");
}
void read_value(const std::string&, const std::string&, Texts&) {
  unreachable("one text for an option that takes several");
}

// " [128]" behind a help text; nothing where there is no default.
std::string default_text(const core::RunOption& option) {
  const std::string text = *option.unset != '\0' ? option.unset
                           : std::holds_alternative<Texts RunConfig::*>(option.member)
                               ? std::string()
                               : core::value_text(option, core::starting_config());
  return text.empty() ? text : " [" + text + "]";
}

// Breaks a help text into lines that fit beside the option names.
std::string wrapped(const std::string& text) {
  constexpr std::size_t width = 70;
  std::istringstream words(text);
  std::string lines;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size()) {
    if (column > 0 && column + 1 + word.size() > width) {
      lines += "\n";
      column = 0;
    } else if (column > 0) {
      lines += " ";
      ++column;
    }
    lines += word;
  }
  return lines;
}

// What a command says of an option.
HelpText words_of(const core::RunOption& option, core::Command command) {
  const std::string_view field = option.field;
  if (command == core::in_eval) {
    const char* group = "Evaluation";
    if (field == "weights") {
      return {group, "safetensors to evaluate, in timm's or the original names; required", ""};
    }
    if (field == "batch") return {group, "images at once, from 1", default_text(option)};
    if (field == "seed") return {group, "of synthetic images, from 0", default_text(option)};
  }
  HelpText words{std::string(core::name_of(option.group)), core::meaning_of(option),
                 default_text(option)};
  if (command == core::in_footprint && field == "dtype") {
    words.meaning = "of activations: fp32, bf16 (parameters stay fp32) or fp64";
  }
  return words;
}

// What a text of the command line sets.
std::function<void(RunConfig&)> setter(const std::string& name, const std::string& text,
                                       const core::RunOption& option) {
  if (option.syntax == OptionSyntax::block) {
    const auto sides = parse_block(name, text);
    return [sides](RunConfig& config) { std::tie(config.block_rows, config.block_cols) = sides; };
  }
  if (option.syntax == OptionSyntax::bytes) {
    const std::int64_t bytes = parse_size(name, text);
    const auto member = std::get<std::int64_t RunConfig::*>(option.member);
    return [member, bytes](RunConfig& config) { config.*member = bytes; };
  }
  return std::visit(
      [&](auto member) -> std::function<void(RunConfig&)> {
        std::remove_cvref_t<decltype(std::declval<RunConfig&>().*member)> value{};
        read_value(name, text, value);
        return [member, value](RunConfig& config) { config.*member = value; };
      },
      option.member);
}

}  // namespace

void RunOptions::add(const core::RunOption& option, const HelpText& text) {
  const std::string name = option.option;
  const std::string help = wrapped(text.meaning + text.usual);
  if (option.syntax == OptionSyntax::turns_off) {
    const auto turn_off = [this,
                           member = std::get<bool RunConfig::*>(option.member)](std::int64_t) {
      given_.emplace_back([member](RunConfig& config) { config.*member = false; });
    };
    command_->add_flag_function(name, turn_off, text.meaning)->group(text.group);
    return;
  }
  CLI::Option* added = nullptr;
  if (const auto* texts = std::get_if<Texts RunConfig::*>(&option.member)) {
    const auto keep = [this, member = *texts](const Texts& given) {
      given_.emplace_back([member, given](RunConfig& config) { config.*member = given; });
    };
    added = command_->add_option_function<Texts>(name, keep, help)->allow_extra_args(false);
  } else {
    const auto keep = [this, name, &option](const std::string& value) {
      given_.push_back(setter(name, value, option));
    };
    added = command_->add_option_function<std::string>(name, keep, help)
                ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  added->group(text.group)->option_text(option.value);
}

void RunOptions::add_to(CLI::App& command, core::Command which) {
  command_ = &command;
  for (const core::RunOption& option : core::run_options()) {
    if ((option.commands & which) != 0) add(option, words_of(option, which));
  }
  if (which != core::in_run) return;
  command_
      ->add_option("--config", config_file_,
                   "actscope.config document; options given beside it win")
      ->option_text("FILE")
      ->group(std::string(core::name_of(core::OptionGroup::recording)))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void RunOptions::add_plan() {
  command_
      ->add_option("--plan", plan_file_,
                   "actscope.plan document to obey: model, batch, stores and budget")
      ->option_text("FILE")
      ->group(std::string(core::name_of(core::OptionGroup::compression)))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

bool RunOptions::reads_once() const {
  return std::ranges::any_of(std::initializer_list<std::filesystem::path>{config_file_, plan_file_},
                             [](const std::filesystem::path& file) {
                               std::error_code code;
                               return !file.empty() && std::filesystem::exists(file, code) &&
                                      !std::filesystem::is_regular_file(file, code);
                             });
}

RunConfig RunOptions::resolve(const RunConfig& defaults) const {
  RunConfig config = defaults;
  constexpr std::int64_t said_by_nobody = -1;
  if (config.workspace_bytes == usual_workspace_bytes(config.device)) {
    config.workspace_bytes = said_by_nobody;
  }
  if (!config_file_.empty()) {
    config = reports::read_config_document(read_file(config_file_, 1 << 20), config_file_, config);
  }
  std::optional<PlanRecord> plan;
  if (!plan_file_.empty()) {
    plan = read_plan(plan_file_);
    take_plan(*plan, config);
  }
  for (const auto& apply : given_) apply(config);
  if (config.workspace_bytes == said_by_nobody) {
    config.workspace_bytes = usual_workspace_bytes(config.device);
  }
  if (plan) require_as_planned(*plan, config);
  require_known("model", config.model, core::model_names());
  require_known("scheme", config.scheme, core::preset_names());
  return config;
}

}  // namespace actscope::app
