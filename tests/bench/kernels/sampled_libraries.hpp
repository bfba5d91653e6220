// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

namespace actscope::bench::test {

/// Runs `work` again and again and looks at what the processor executes at every tick of a timer
/// of processor time: the share of samples by the file that the instruction lies in; "" is code
/// that was generated at run time. Not for two threads at once.
std::map<std::string, double> sampled_libraries(const std::function<void()>& work);

}  // namespace actscope::bench::test
