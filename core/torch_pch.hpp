// SPDX-License-Identifier: Apache-2.0
// What most LibTorch files of core and its tests need; parsed once. <torch/torch.h> would cost each
// file twice as long: its modules and datasets leave templates that every file instantiates again.
#pragma once

#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/types.h>
