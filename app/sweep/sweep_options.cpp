// SPDX-License-Identifier: Apache-2.0
#include "sweep/sweep_options.hpp"

#include <algorithm>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "actscope/core/scheme/presets.hpp"
#include "actscope/core/scheme/scheme.hpp"
#include "actscope/reports/config/document.hpp"
#include "options/nearest_name.hpp"
#include "options/value_text.hpp"
#include "sweep/sweep_plan.hpp"

namespace actscope::app {
namespace {

constexpr const char* axes = "Axes";

}  // namespace

void SweepOptions::add_to(CLI::App& command) {
  command_ = &command;
  command
      .add_option("SPEC", file_, "actscope.config document with axes and points under \"sweep\"")
      ->option_text("[FILE]");
  const auto list = [&](const char* name, const char* value, const char* help, auto read) {
    command.add_option_function<std::string>(name, read, help)->option_text(value)->group(axes);
  };
  list("--schemes", "A,B", "schemes of the grid [--scheme]",
       [this](const std::string& text) { schemes_ = parse_list("--schemes", text); });
  list("--blocks", "N,RxC", "block sizes, as 4,8,16,8x64 [--block]",
       [this](const std::string& text) {
         blocks_.emplace();
         for (const std::string& part : parse_list("--blocks", text)) {
           const auto [rows, cols] = parse_block("--blocks", part);
           blocks_->push_back({rows, cols});
         }
       });
  list("--sparsities", "X,Y", "shares of blocks dropped, as 0.5,0.8 [--sparsity]",
       [this](const std::string& text) {
         sparsities_.emplace();
         for (const std::string& part : parse_list("--sparsities", text)) {
           sparsities_->push_back(parse_real("--sparsities", part));
         }
       });
  list("--seeds", "N,M", "seeds, as 0,1,2 [--seed]", [this](const std::string& text) {
    seeds_.emplace();
    for (const std::string& part : parse_list("--seeds", text)) {
      seeds_->push_back(parse_integer("--seeds", part));
    }
  });
  command
      .add_flag("--no-baselines", no_baselines_,
                "without " + sweep::baseline_names() + ",\notherwise added once a seed")
      ->group(axes);
  run_.add_to(command, core::in_run);
}

bool SweepOptions::is_empty() const {
  if (!file_.empty()) return false;
  // What names files of a single run describes no point.
  const auto is_of_one_run = [](std::string_view field) {
    return field == "out" || field == "save_weights" || field == "weights_names";
  };
  const auto is_given = [&](const std::string& name) { return command_->count(name) > 0; };
  const auto is_axis = [](const CLI::Option* option) { return option->get_group() == axes; };
  if (is_given("--config")) return false;
  for (const CLI::Option* axis : command_->get_options(is_axis)) {
    if (axis->count() > 0) return false;
  }
  return std::ranges::none_of(core::run_options(), [&](const core::RunOption& option) {
    return (option.commands & core::in_run) != 0 && !is_of_one_run(option.field) &&
           is_given(option.option);
  });
}

SweepSpec SweepOptions::resolve() const {
  SweepSpec spec;
  spec.base = core::starting_config();
  if (!file_.empty()) {
    spec = reports::read_sweep_spec(read_file(file_, 1 << 20), file_, spec.base);
  }
  spec.base = run_.resolve(spec.base);
  spec.base.out.clear();
  for (RunConfig& point : spec.points) {
    point = run_.resolve(point);
    point.out.clear();
  }
  if (schemes_) spec.schemes = *schemes_;
  if (blocks_) spec.blocks = *blocks_;
  if (sparsities_) spec.sparsities = *sparsities_;
  if (seeds_) spec.seeds = *seeds_;
  if (no_baselines_) spec.baselines = false;
  for (const std::string& scheme : spec.schemes) {
    require_known("scheme", scheme, core::preset_names());
  }
  const auto saves = [](const RunConfig& config) { return !config.save_weights.empty(); };
  if (saves(spec.base) || std::ranges::any_of(spec.points, saves)) {
    throw ConfigError(error_text("--save-weights does not go with a sweep",
                                 "every point would write the same file",
                                 "run the chosen configuration with actscope run"));
  }
  return spec;
}

}  // namespace actscope::app
