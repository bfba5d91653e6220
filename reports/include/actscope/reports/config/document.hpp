// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/run_config.hpp"
#include "actscope/base/sweep_spec.hpp"

namespace actscope::reports {

/// Reads an `actscope.config` document: {"schema": {…}, "model": "resmlp_s12", "batch": 64, …} with
/// the field names of the run report's `config`; what it leaves out stays as in `defaults`.
/// Errors  ReportFormatError: as validate_document; an unknown field is an error, named with the
///         nearest known one
RunConfig read_config_document(std::string_view text, std::string_view source,
                               const RunConfig& defaults);

/// The document that read_config_document gives back.
std::string write_config_document(const RunConfig& config);

/// As read_config_document, with the axes under "sweep": {"schemes": ["int4-bsr"], "blocks": [8,
/// [8, 64]], "sparsities": [0.5, 0.8], "seeds": [0, 1], "baselines": true}; axes left out are
/// empty.
/// Errors  as read_config_document; an axis that holds other things, a side below 1
SweepSpec read_sweep_spec(std::string_view text, std::string_view source,
                          const RunConfig& defaults);

/// The document that read_sweep_spec gives back.
std::string write_sweep_spec(const SweepSpec& spec);

}  // namespace actscope::reports
