// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// What a field of a configuration decides.
enum class FieldRole {
  training,     ///< what is learned, whatever is compressed: model, data, length, optimizer
  compression,  ///< what is kept for backward, and how
  seed,         ///< the draw: runs that differ in it alone are samples of one configuration
  measuring,    ///< how fast it goes and what is recorded meanwhile
  place,        ///< where files are read and written
};
std::string_view name_of(FieldRole role);

/// Under which heading help texts and the reference list an option.
enum class OptionGroup { model, data, compression, training, machine, recording };
std::string_view name_of(OptionGroup group);

/// How the command line writes the value of an option; documents write fields by their types.
enum class OptionSyntax {
  plain,     ///< as the field
  block,     ///< "16" or "8x64": rows, and in the next row of the table columns
  bytes,     ///< "64MiB"
  turns_off  ///< no value: --no-augment
};

/// The commands that take an option.
enum Command : std::uint8_t { in_run = 1, in_eval = 2, in_plan = 4, in_footprint = 8 };

/// Where the value of a field counts. Checkpoints identify a run by its fields of the roles
/// training, compression and seed that are not the defaults; the first two flags make exceptions.
enum OptionUse : std::uint8_t {
  in_checkpoints = 1,      ///< whatever the value is, as since the first checkpoints
  not_in_checkpoints = 2,  ///< never: told by other means, or without effect on what follows
  in_plans = 4,            ///< memory and time of a step depend on it
  in_reports = 8           ///< a report without it is none
};

template <class Number>
struct Range {
  Number low;
  Number high;  ///< included
};

using RunField =
    std::variant<std::string RunConfig::*, std::int64_t RunConfig::*, double RunConfig::*,
                 bool RunConfig::*, std::vector<std::string> RunConfig::*,
                 std::optional<std::int64_t> RunConfig::*>;

/// Everything there is to know of one field of a run's configuration. Documents, command line,
/// checks, checkpoints, plans, comparisons, the dashboard's form, schemas and the reference read
/// it here; the default stands in RunConfig.
struct RunOption {
  const char* field;  ///< its name in documents
  RunField member;
  FieldRole role;
  OptionGroup group;
  const char* option = "";  ///< "--dim"; a field without: ""
  OptionSyntax syntax = OptionSyntax::plain;
  const char* value = "";         ///< what help texts call the value: "N"
  const char* meaning = "";       ///< one line, plain text; "" and {}: the choices
  const char* in_documents = "";  ///< what the field is where documents write it otherwise
  const char* unset = "";     ///< what the default is where RunConfig does not say it: "the data's"
  const char* note = "";      ///< what the reference adds. Markdown
  std::uint8_t commands = 0;  ///< of Command
  const std::vector<std::string>& (*choices)() = nullptr;  ///< the values there are; null: any
  const char* kind = "";  ///< what errors call such a value, {} in place of it or it behind
  std::optional<Range<std::int64_t>> integers = {};
  std::optional<Range<double>> reals = {};
  const char* checkpoint_name = "";  ///< empty: the field's
  std::uint8_t uses = 0;             ///< of OptionUse
};

/// Every field of RunConfig once, in the order of help texts and of lists of differences.
std::span<const RunOption> run_options();

/// What a command starts from: RunConfig with the scheme that docs/results.md found to keep few
/// bytes, a short step and the accuracy of dense at once.
RunConfig starting_config();

/// Errors  Error: there is no such field, a defect of Actscope
const RunOption& run_option(std::string_view field);

/// How errors name it: its option, or its kind where it has none.
std::string shown_name(const RunOption& option);

/// What the field of a document is: a schema's description.
std::string field_meaning_of(const RunOption& option);

/// What the option is, with its choices: "one of dense, exact, int4", "adamw or lamb".
std::string meaning_of(const RunOption& option);

/// Whether the field of a configuration says anything: see RunConfig::known_fields.
bool is_known(const RunOption& option, const RunConfig& config);
/// Errors  Error: there is no such field, a defect of Actscope
bool is_known(std::string_view field, const RunConfig& config);

/// "adamw", "0.001", "yes", "unset"; texts of a list with blanks between; "unknown" where the field
/// is not known.
std::string value_text(const RunOption& option, const RunConfig& config);

/// Two fields that are not known are equal.
bool is_equal(const RunOption& option, const RunConfig& a, const RunConfig& b);
void copy_value(const RunOption& option, const RunConfig& from, RunConfig& to);

/// Holds a value against the option's range or choices.
/// Errors  ConfigError: it is outside, with what may be given
void check_value(const RunOption& option, const RunConfig& config);

}  // namespace actscope::core
