// SPDX-License-Identifier: Apache-2.0
// What nearly every LibTorch file of core and its tests needs; parsed once.
#pragma once

#include <torch/torch.h>
