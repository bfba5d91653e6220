// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/scheme/resmlp_geometry.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

TEST(ResMlpGeometry, PublishedModelsHaveTheirParameterCounts) {
  const std::pair<const char*, std::int64_t> expected[] = {{"resmlp_s12", 15'350'872},
                                                           {"resmlp_s24", 30'020'680},
                                                           {"resmlp_s36", 44'690'488},
                                                           {"resmlp_b24_16", 115'736'776},
                                                           {"resmlp_b24_8", 129'138'280}};
  ASSERT_EQ(published_models().size(), std::size(expected));
  for (const auto& [name, count] : expected) {
    EXPECT_EQ(parameter_count(published_geometry(name)), count) << name;
    EXPECT_THAT(published_models(), testing::Contains(name));
    EXPECT_NO_THROW(published_geometry(name).validate());
  }
}

TEST(ResMlpGeometry, TheSmallestModelIsCountedByHand) {
  const ResMlpGeometry g{.image_size = 1,
                         .patch = 1,
                         .in_channels = 1,
                         .dim = 1,
                         .depth = 1,
                         .classes = 1,
                         .expansion = 1};
  EXPECT_EQ(g.tokens(), 1);
  EXPECT_EQ(g.hidden(), 1);
  // stem 2; block: two affines 4, token mixing 2, two scales 2, fc1 2, fc2 2; norm 2, head 2
  EXPECT_EQ(parameter_count(g), 2 + 12 + 4);
  EXPECT_NO_THROW(g.validate());
}

TEST(ResMlpGeometry, LayersStandInForwardOrder) {
  const ResMlpGeometry g{.depth = 2};
  EXPECT_THAT(layer_names(g), testing::ElementsAre("stem", "blocks.0", "blocks.1", "tail", "loss"));
}

TEST(ResMlpGeometry, RefusesLengthsOutOfRange) {
  const auto refused = [](auto change) {
    ResMlpGeometry g;
    change(g);
    EXPECT_THROW(g.validate(), ConfigError);
  };
  refused([](auto& g) { g.dim = 0; });
  refused([](auto& g) { g.depth = -1; });
  refused([](auto& g) { g.classes = 0; });
  refused([](auto& g) { g.in_channels = 0; });
  refused([](auto& g) { g.expansion = 0; });
  refused([](auto& g) { g.patch = 0; });
  refused([](auto& g) { g.patch = 5; });   // does not divide 28
  refused([](auto& g) { g.patch = 56; });  // larger than the image
  refused([](auto& g) { g.image_size = 0; });
  refused([](auto& g) { g.dim = g.depth = 10'000; });  // above 2^40 parameters
}

TEST(ResMlpGeometry, AnUnknownModelNamesTheKnownOnes) {
  try {
    (void)published_geometry("resmlp_s13");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("resmlp_s13"));
    EXPECT_THAT(error.what(), testing::HasSubstr("resmlp_b24_8"));
  }
}

}  // namespace
}  // namespace actscope::core
