// SPDX-License-Identifier: Apache-2.0
#include "format/run_status_json.hpp"

#include "actscope/base/check.hpp"

namespace actscope::reports {

const char* name_of(RunStatus status) {
  switch (status) {
    case RunStatus::completed:
      return "completed";
    case RunStatus::interrupted:
      return "interrupted";
    case RunStatus::failed:
      return "failed";
  }
  unreachable("a status that no run has");
}

RunStatus read_run_status(const JsonCursor& from) {
  const std::string name = from.text();
  for (const RunStatus status : {RunStatus::completed, RunStatus::interrupted, RunStatus::failed}) {
    if (name == name_of(status)) return status;
  }
  from.refuse("completed, interrupted or failed");
}

}  // namespace actscope::reports
