// SPDX-License-Identifier: Apache-2.0
// What most tests of LibTorch files need; parsed once.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../core/torch_pch.hpp"
