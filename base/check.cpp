// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/check.hpp"

namespace actscope::detail {

void contract_broken(const char* kind, const char* condition, std::source_location where) {
  throw Error(error_text(std::string("internal contract broken: ") + kind + " " + condition,
                         std::string(where.file_name()) + ":" + std::to_string(where.line()),
                         "this is a defect of Actscope, please report it"),
              where);
}

}  // namespace actscope::detail
