// SPDX-License-Identifier: Apache-2.0
#include "config/weight_names.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

TEST(WeightNames, TranslateWholePartsBothWays) {
  for (const auto& [timm, original] : {
           std::pair{"stem.proj.weight", "patch_embed.proj.weight"},
           {"blocks.0.norm1.alpha", "blocks.0.norm1.alpha"},
           {"blocks.11.linear_tokens.bias", "blocks.11.attn.bias"},
           {"blocks.3.mlp_channels.fc1.weight", "blocks.3.mlp.fc1.weight"},
           {"blocks.3.ls1", "blocks.3.gamma_1"},
           {"blocks.3.ls2", "blocks.3.gamma_2"},
           {"norm.beta", "norm.beta"},
           {"head.weight", "head.weight"},
       }) {
    EXPECT_EQ(name_in_file(timm, WeightNames::timm), timm);
    EXPECT_EQ(name_in_file(timm, WeightNames::original), original);
    EXPECT_EQ(parameter_name(original), timm);
    EXPECT_EQ(parameter_name(timm), timm);
  }
  EXPECT_EQ(parameter_name(""), "");
  EXPECT_EQ(parameter_name("attn_drop"), "attn_drop");
  EXPECT_EQ(parameter_name("a..mlp"), "a..mlp_channels");
}

TEST(WeightNames, AreParsed) {
  EXPECT_EQ(parse_weight_names("timm"), WeightNames::timm);
  EXPECT_EQ(parse_weight_names("original"), WeightNames::original);
  EXPECT_THAT(error_of<ConfigError>([] { (void)parse_weight_names("Timm"); }),
              testing::HasSubstr("give timm or original"));
}

}  // namespace
}  // namespace actscope::core
