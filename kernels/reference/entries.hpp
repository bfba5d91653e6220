// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators.hpp"

/// The oracle: loops that can be checked by reading.
namespace actscope::kernels::reference {

#include "host_entries.inc"

}  // namespace actscope::kernels::reference
