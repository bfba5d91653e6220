// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/kernels_bench_record.hpp"

#include "actscope/base/check.hpp"

namespace actscope {

const char* name_of(RivalStatus status) {
  switch (status) {
    case RivalStatus::ok:
      return "ok";
    case RivalStatus::refused:
      return "refused";
    case RivalStatus::missing:
      return "missing";
  }
  unreachable("a rival of no known kind or status");
}

const char* name_of(RivalKind kind) {
  switch (kind) {
    case RivalKind::dense:
      return "dense";
    case RivalKind::masked:
      return "masked";
    case RivalKind::sparse:
      return "sparse";
  }
  unreachable("a rival of no known kind or status");
}

const KernelsMachine* machine_of(const KernelsBenchRecord& record, const KernelResult& row) {
  const std::string backend = row.backend == "cuda" ? "cuda" : "cpu";
  for (const KernelsMachine& machine : record.machines) {
    if (machine.backend == backend && machine.threads == row.threads &&
        (machine.dtype.empty() || machine.dtype == row.dtype)) {
      return &machine;
    }
  }
  return nullptr;
}

}  // namespace actscope
