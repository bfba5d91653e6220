// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace actscope::app {

/// A function to call between looks at a folder that another host or container may work in. It
/// waits half a second and says once on stderr, unless quiet, what it waits for. `user` is "another
/// run".
std::function<bool()> waiting(bool is_quiet, const std::string& user, const std::string& folder);

}  // namespace actscope::app
