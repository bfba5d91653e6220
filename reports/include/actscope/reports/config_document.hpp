// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/run_config.hpp"

namespace actscope::reports {

/// Reads an `actscope.config` document: {"schema": {…}, "model": "resmlp_s12", "batch": 64, …} with
/// the field names of the run report's `config`; what it leaves out stays as in `defaults`.
/// Errors  ReportFormatError: as validate_document; an unknown field is an error, named with the
///         nearest known one
RunConfig read_config_document(std::string_view text, std::string_view source,
                               const RunConfig& defaults);

/// The document that read_config_document gives back.
std::string write_config_document(const RunConfig& config);

}  // namespace actscope::reports
