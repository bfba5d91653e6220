// SPDX-License-Identifier: Apache-2.0
#include "device.hpp"

namespace actscope::kernels {

bool cuda_is_built() noexcept {
  return false;
}

bool cuda_is_usable() noexcept {
  return false;
}

std::string cuda_description() {
  return "cuda is not built in; configure with the preset cuda";
}

}  // namespace actscope::kernels
