// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_record.hpp"
#include "text_table.hpp"

namespace actscope::reports {

/// One row a shape, block and sparsity: our gradient, its parts and every rival that leaves work
/// out, each over the best dense library.
TextTable kernels_table(const KernelsRecord& record);

/// One row a rival: what ran from where, or why it did not.
TextTable rivals_table(const KernelsRecord& record);

/// The same as sentences, for a terminal.
std::vector<std::string> rival_lines(const KernelsRecord& record);

/// One row an operator, plain numbers with their units in the header.
TextTable kernels_numbers(const KernelsRecord& record);

/// What must be known before a figure is believed.
std::vector<std::string> kernels_remarks(const KernelsRecord& record);

/// The rows that are a whole gradient: compress and product as one.
std::vector<const KernelResult*> gradient_rows(const KernelsRecord& record);

/// "8x64".
std::string block_text(const KernelResult& row);

}  // namespace actscope::reports
