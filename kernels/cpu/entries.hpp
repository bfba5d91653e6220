// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operators.hpp"

/// Threads over panels and tiles, vector instructions chosen at run time.
namespace actscope::kernels::cpu {

#include "host_entries.inc"

}  // namespace actscope::kernels::cpu
