// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/check.hpp"

namespace actscope {
namespace {

[[noreturn]] void report_defect(const std::string& what, std::source_location where) {
  throw Error(error_text(what, std::string(where.file_name()) + ":" + std::to_string(where.line()),
                         "this is a defect of Actscope, please report it"),
              where);
}

}  // namespace

void detail::contract_broken(const char* kind, const char* condition, std::source_location where) {
  report_defect(std::string("internal contract broken: ") + kind + " " + condition, where);
}

void unreachable(std::string_view what, std::source_location where) {
  report_defect("internal error: " + std::string(what), where);
}

}  // namespace actscope
