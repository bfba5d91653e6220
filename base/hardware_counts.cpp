// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/hardware_counts.hpp"

namespace actscope {

const char* name_of(HardwareCounter counter) {
  switch (counter) {
    case HardwareCounter::instructions:
      return "instructions";
    case HardwareCounter::llc_misses:
      return "llc_misses";
    case HardwareCounter::cycles:
      break;
  }
  return "cycles";
}

}  // namespace actscope
