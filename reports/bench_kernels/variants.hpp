// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "actscope/base/kernels_bench_record.hpp"

namespace actscope::reports {

/// One combination of back end, type and threads that a record has rows of.
struct KernelsVariant {
  std::string backend;
  std::string dtype;
  std::int64_t threads = 0;

  bool has(const KernelResult& row) const {
    return row.backend == backend && row.dtype == dtype && row.threads == threads;
  }
};

/// In the order of their first row.
std::vector<KernelsVariant> variants_of(const KernelsBenchRecord& record);

/// "cpu bf16, 2 threads", "cuda fp16".
std::string describe(const KernelsVariant& variant);

/// "1 thread", "2 threads".
std::string threads_text(std::int64_t threads);

/// The rows that are a whole gradient: compress and product as one.
std::vector<const KernelResult*> gradient_rows(const KernelsBenchRecord& record);

/// The row of another operator (compress, product) at the same point; null: there is none.
const KernelResult* part_of(const KernelsBenchRecord& record, const KernelResult& whole,
                            std::string_view operation);

/// "8x64".
std::string block_text(const KernelResult& row);

}  // namespace actscope::reports
