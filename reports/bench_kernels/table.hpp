// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_record.hpp"
#include "bench_kernels/variants.hpp"
#include "format/text_table.hpp"

namespace actscope::reports {

/// One row a point of a variant: our gradient against the best dense library, and what it makes of
/// the machine.
TextTable kernels_table(const KernelsRecord& record, const KernelsVariant& variant);

/// One row a point of a variant: the parts of our gradient and every rival that leaves work out,
/// each over the best dense library.
TextTable kernels_parts_table(const KernelsRecord& record, const KernelsVariant& variant);

/// One row a machine: measured peak and bandwidth.
TextTable machines_table(const KernelsRecord& record);

/// One row an operator, plain numbers with their units in the header.
TextTable kernels_numbers(const KernelsRecord& record);

/// What must be known before a figure is believed.
std::vector<std::string> kernels_remarks(const KernelsRecord& record);

}  // namespace actscope::reports
