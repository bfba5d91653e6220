// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"
#include "bench_kernels/variants.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// One row a point of a variant: our gradient against the best dense library, and what it makes of
/// the machine.
TextTable kernels_table(const KernelsBenchRecord& record, const KernelsVariant& variant);

/// One row a point of a variant: the parts of our gradient and every rival that leaves work out,
/// each over the best dense library.
TextTable kernels_parts_table(const KernelsBenchRecord& record, const KernelsVariant& variant);

/// One row a machine: measured peak and bandwidth.
TextTable machines_table(const KernelsBenchRecord& record);

/// One row an operator, plain numbers with their units in the header.
TextTable kernels_numbers(const KernelsBenchRecord& record);

/// What must be known before a figure is believed.
std::vector<std::string> kernels_remarks(const KernelsBenchRecord& record);

}  // namespace actscope::reports
