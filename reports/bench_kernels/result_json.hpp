// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/kernels_bench_record.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {

/// A row of `results` in an `actscope.kernels` document.
Json kernel_result_json(const KernelResult& row);

/// Fields that 1.0.0 had not are left at their defaults, or derived.
/// Errors  ReportFormatError
KernelResult read_kernel_result(const JsonCursor& from);

}  // namespace actscope::reports
