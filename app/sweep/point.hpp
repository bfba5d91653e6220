// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/sweep_record.hpp"

namespace actscope::sweep {

/// The configuration with everything that does not change the work taken out: the output folder,
/// and block, sparsity and selection where nothing reads them. Equal work, equal configuration.
RunConfig canonical(RunConfig config);

/// Names a point: 12 hexadecimal digits of the SHA-256 of its canonical configuration, which holds
/// the seed.
std::string point_id(const RunConfig& config);

/// Whether `name` is built like one of these.
bool is_point_id(std::string_view name);

/// "int4-bsr 8x8 50 % seed 0", for people.
std::string point_title(const RunConfig& config);

}  // namespace actscope::sweep
