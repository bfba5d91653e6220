// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace actscope::reports {

/// One gzip member without name and time: equal input gives equal bytes.
/// Errors  EnvironmentError: out of memory
std::string gzip(const std::string& bytes);
/// The same with zlib's header.
std::string deflated(const std::string& bytes);

}  // namespace actscope::reports
