// SPDX-License-Identifier: Apache-2.0
// What most tests of LibTorch files need; parsed once. <torch/torch.h> would cost each file twice
// as long: its modules and datasets leave templates that every file instantiates again.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/types.h>
