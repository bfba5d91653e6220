// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/sweep_record.hpp"

#include "actscope/base/check.hpp"

namespace actscope {

const char* name_of(PointStatus status) {
  switch (status) {
    case PointStatus::pending:
      return "pending";
    case PointStatus::running:
      return "running";
    case PointStatus::done:
      return "done";
    case PointStatus::failed:
      return "failed";
    case PointStatus::skipped:
      return "skipped";
  }
  unreachable("a status that no point has");
}

const char* name_of(PointRole role) {
  return role == PointRole::baseline ? "baseline" : "grid";
}

}  // namespace actscope
