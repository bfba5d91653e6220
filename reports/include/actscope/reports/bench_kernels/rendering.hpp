// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "actscope/base/kernels_bench_record.hpp"
#include "actscope/reports/format/output_format.hpp"

namespace actscope::reports {

/// One row a shape, block and sparsity: our gradient against the best dense library, LibTorch's
/// own product and every other rival of the same rounds; then who ran. HTML is one self-contained
/// page with a heat map a shape; CSV has one row an operator.
std::string render_kernels(const KernelsBenchRecord& record, Format format,
                           std::string_view introduction = {});

}  // namespace actscope::reports
