// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actscope/base/error.hpp"

namespace actscope::detail {

/// Raises Error for a broken contract inside the program; `kind` is requires, assume or ensures.
[[noreturn]] void contract_broken(const char* kind, const char* condition,
                                  std::source_location where);

}  // namespace actscope::detail

namespace actscope {

/// Marks a place that no call may reach, in every build: an enumerator without a case, a function
/// that this kind of object does not have.
/// Errors  Error, always: `what`, the place, and that it is a defect of Actscope
[[noreturn]] void unreachable(std::string_view what,
                              std::source_location where = std::source_location::current());

}  // namespace actscope

/// Checked in debug builds only: a promise between parts of the program.
#ifndef NDEBUG
#define ACTSCOPE_CONTRACT_(kind, condition) \
  ((condition)                              \
       ? void(0)                            \
       : ::actscope::detail::contract_broken(kind, #condition, std::source_location::current()))
#else
#define ACTSCOPE_CONTRACT_(kind, condition) ((void)sizeof((condition) ? 1 : 0))
#endif

/// What a caller must hold on entry.
#define ACTSCOPE_REQUIRES(condition) ACTSCOPE_CONTRACT_("requires", condition)
/// What holds here for a reason that the comment beside it gives.
#define ACTSCOPE_ASSUME(condition) ACTSCOPE_CONTRACT_("assume", condition)
/// What a function promises on exit.
#define ACTSCOPE_ENSURES(condition) ACTSCOPE_CONTRACT_("ensures", condition)

/// Checked in every build: input from users, files and other libraries.
/// ACTSCOPE_VALIDATE(n > 0, ConfigError, error_text("batch is not positive", "...", "..."))
#define ACTSCOPE_VALIDATE(condition, ErrorType, text)    \
  do {                                                   \
    if (!(condition)) throw ::actscope::ErrorType(text); \
  } while (false)
