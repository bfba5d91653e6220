// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/run_record.hpp"

#include <gtest/gtest.h>

namespace actscope {
namespace {

TEST(RunRecord, IsOfOurOwnModelUnlessItSaysSo) {
  EXPECT_EQ(RunRecord().model_kind, ModelKind::resmlp);
  EXPECT_FALSE(RunRecord().config.known_fields);
}

TEST(RunRecord, KindsOfModelsHaveNames) {
  EXPECT_STREQ(name_of(ModelKind::resmlp), "resmlp");
  EXPECT_STREQ(name_of(ModelKind::python), "python");
  EXPECT_STREQ(name_of(ModelKind::libtorch), "libtorch");
}

}  // namespace
}  // namespace actscope
