// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/run_config.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// The known fields of a configuration, as they stand in `actscope.run` under "config" and at the
/// top of `actscope.config`.
Json config_json(const RunConfig& config);

/// Reads the fields that are there over `defaults`.
/// Errors  ReportFormatError: a field of another type
RunConfig read_config_fields(const JsonCursor& fields, const RunConfig& defaults);

/// The `config` of a run or a sweep point, which names at least what the contract relies on.
/// Errors  ReportFormatError
RunConfig read_whole_config(const JsonCursor& fields);

/// The `config` of a run of a model that is not ours: the fields that are there are the known ones.
/// Errors  ReportFormatError
RunConfig read_known_config(const JsonCursor& fields);

/// Names of all fields.
std::vector<std::string> config_field_names();

/// "scheme: \"dense\" -> \"exact\"", a line a field that differs; the output folder aside.
std::vector<std::string> config_differences(const RunConfig& a, const RunConfig& b);

}  // namespace actscope::reports
