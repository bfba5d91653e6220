// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// One row a rival: what ran from where, or why it did not.
TextTable rivals_table(const KernelsBenchRecord& record);

/// The same as sentences, for a terminal.
std::vector<std::string> rival_lines(const KernelsBenchRecord& record);

}  // namespace actscope::reports
