// SPDX-License-Identifier: Apache-2.0
#include "actscope/kernels/backend.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope::kernels {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

constexpr auto no_backend = static_cast<Backend>(3);

TEST(Backend, HasANameAndADescriptionThatBeginsWithIt) {
  EXPECT_EQ(name_of(Backend::reference), "reference");
  EXPECT_EQ(name_of(Backend::cpu), "cpu");
  EXPECT_EQ(name_of(Backend::cuda), "cuda");
  EXPECT_EQ(describe(Backend::reference), "reference, 1 thread");
  EXPECT_THAT(describe(Backend::cpu), testing::MatchesRegex("cpu [A-Za-z0-9_]+, [0-9]+ threads"));
  EXPECT_THAT(describe(Backend::cuda), StartsWith("cuda "));
}

TEST(Backend, OfTheHostIsThereAlways) {
  for (const auto backend : {Backend::reference, Backend::cpu}) {
    EXPECT_TRUE(is_built(backend)) << name_of(backend);
    EXPECT_TRUE(is_usable(backend)) << name_of(backend);
  }
  EXPECT_LE(is_usable(Backend::cuda), is_built(Backend::cuda));
}

TEST(Backend, ThatThereIsNotIsADefectAndNoOtherBackEnd) {
  const auto is_a_defect = ThrowsMessage<Error>(HasSubstr("this is a defect of Actscope"));
  EXPECT_THAT([] { name_of(no_backend); }, is_a_defect);
  EXPECT_THAT([] { describe(no_backend); }, is_a_defect);
}

}  // namespace
}  // namespace actscope::kernels
