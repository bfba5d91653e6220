// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/progress.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

std::string stderr_of(ProgressSink& sink) {
  testing::internal::CaptureStderr();
  sink.begin("train", 10);
  sink.update(5, "loss 1.0");
  sink.note("a line that stays");
  sink.end("done");
  return testing::internal::GetCapturedStderr();
}

TEST(Progress, QuietSaysNothing) {
  EXPECT_EQ(stderr_of(*make_quiet_progress()), "");
}

// Captured stderr is a file: plain lines, no control characters.
TEST(Progress, ALogGetsWholeLines) {
  const std::string text = stderr_of(*make_stderr_progress());
  EXPECT_NE(text.find("train: started\n"), std::string::npos);
  EXPECT_NE(text.find("a line that stays\n"), std::string::npos);
  EXPECT_NE(text.find("train: done ("), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace actscope
