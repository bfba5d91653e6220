// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/exit_code.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

TEST(ExitCode, EveryErrorHasItsCode) {
  EXPECT_EQ(exit_code_of(ConfigError("")), ExitCode::usage);
  EXPECT_EQ(exit_code_of(ShapeMismatch("")), ExitCode::usage);
  EXPECT_EQ(exit_code_of(UnsupportedBlockSize("")), ExitCode::usage);
  EXPECT_EQ(exit_code_of(DataError("")), ExitCode::invalid_input);
  EXPECT_EQ(exit_code_of(ReportFormatError("")), ExitCode::invalid_input);
  EXPECT_EQ(exit_code_of(BackendNotBuilt("")), ExitCode::environment);
  EXPECT_EQ(exit_code_of(DeviceError("")), ExitCode::environment);
  EXPECT_EQ(exit_code_of(EnvironmentError("")), ExitCode::environment);
  EXPECT_EQ(exit_code_of(RunError("")), ExitCode::run_failed);
  EXPECT_EQ(exit_code_of(std::runtime_error("")), ExitCode::run_failed);
}

}  // namespace
}  // namespace actscope
