// SPDX-License-Identifier: Apache-2.0
#include "training/batch_loader.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace actscope::core {
namespace {

// Images whose bytes are all different from those of the others, so that a sample is known again.
DataSet small_set(std::int64_t samples, std::int64_t side = 8) {
  DataSet data;
  data.classes = 5;
  data.mean = {0.25F, 0.5F};
  data.stddev = {0.5F, 0.125F};
  for (ImageSet* set : {&data.train, &data.heldout}) {
    set->samples = samples;
    set->channels = 2;
    set->height = set->width = side;
    for (std::int64_t s = 0; s < samples; ++s) {
      set->labels.push_back(s % 5);
      set->pixels.insert(set->pixels.end(), static_cast<std::size_t>(2 * side * side),
                         static_cast<std::uint8_t>(10 + s));
    }
  }
  return data;
}

bool equal(const Batch& a, const Batch& b) {
  return torch::equal(a.images, b.images) && torch::equal(a.labels, b.labels);
}

TEST(EpochOrder, IsAPermutationOfSeedAndEpoch) {
  EXPECT_TRUE(epoch_order(0, 1, 2).empty());
  EXPECT_THAT(epoch_order(1, 1, 2), testing::ElementsAre(0));
  std::vector<std::int64_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_THAT(epoch_order(100, 1, 2), testing::UnorderedElementsAreArray(all));
  EXPECT_NE(epoch_order(100, 1, 2), all);
  EXPECT_EQ(epoch_order(100, 1, 2), epoch_order(100, 1, 2));
  EXPECT_NE(epoch_order(100, 1, 2), epoch_order(100, 1, 3));
  EXPECT_NE(epoch_order(100, 1, 2), epoch_order(100, 2, 2));
}

TEST(DrawAugmentation, IsAPureFunctionWithinAnEighthOfTheSide) {
  DataSet data = small_set(1, 16);
  std::set<std::int64_t> shifts;
  bool was_mirrored = false;
  for (std::int64_t sample = 0; sample < 200; ++sample) {
    const Augmentation change = draw_augmentation(data, 7, 3, sample);
    const Augmentation again = draw_augmentation(data, 7, 3, sample);
    EXPECT_EQ(change.shift_rows, again.shift_rows);
    EXPECT_EQ(change.shift_cols, again.shift_cols);
    EXPECT_EQ(change.is_mirrored, again.is_mirrored);
    EXPECT_LE(std::abs(change.shift_cols), 2);
    shifts.insert(change.shift_rows);
    was_mirrored |= change.is_mirrored;
  }
  EXPECT_THAT(shifts, testing::ElementsAre(-2, -1, 0, 1, 2));
  EXPECT_TRUE(was_mirrored);
  data.flips = false;
  for (std::int64_t sample = 0; sample < 50; ++sample) {
    EXPECT_FALSE(draw_augmentation(data, 7, 3, sample).is_mirrored);
  }
}

TEST(BatchLoader, NormalizesByChannel) {
  DataSet data = small_set(1);
  data.heldout.pixels.assign(128, 255);
  const Batch batch = BatchLoader(data, true, 0).heldout_batch(0, 1);
  EXPECT_EQ(batch.images.sizes(), (torch::IntArrayRef{1, 2, 8, 8}));
  EXPECT_EQ(batch.images.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(batch.images[0][0][3][3].item<float>(), (1 - 0.25) / 0.5, 1e-6);
  EXPECT_NEAR(batch.images[0][1][7][7].item<float>(), (1 - 0.5) / 0.125, 1e-6);
}

TEST(BatchLoader, HeldOutImagesStayInOrderAndWhole) {
  const DataSet data = small_set(7);
  const BatchLoader loader(data, true, 0);
  const Batch batch = loader.heldout_batch(4, 3);
  EXPECT_TRUE(torch::equal(batch.labels, torch::tensor({4, 0, 1}, torch::kInt64)));
  const auto pixel = batch.images.select(1, 0);
  EXPECT_TRUE(torch::equal(pixel.amin({1, 2}), pixel.amax({1, 2})));  // no zeros moved in
}

TEST(BatchLoader, VisitsEachImageOnceAnEpochAndDropsTheRest) {
  const DataSet data = small_set(11);
  BatchLoader loader(data, false, 5);
  EXPECT_EQ(loader.steps_per_epoch(4), 2);
  EXPECT_EQ(loader.steps_per_epoch(11), 1);
  EXPECT_EQ(loader.steps_per_epoch(12), 0);
  std::set<float> seen;
  for (std::int64_t step = 0; step < 2; ++step) {
    const Batch batch = loader.train_batch(step, 4);
    for (std::int64_t i = 0; i < 4; ++i) {
      EXPECT_TRUE(seen.insert(batch.images[i][0][0][0].item<float>()).second);
    }
  }
  EXPECT_EQ(seen.size(), 8U);
}

TEST(BatchLoader, ABatchDependsOnSeedAndStepAlone) {
  const DataSet data = small_set(11);
  BatchLoader straight(data, true, 5);
  for (std::int64_t step = 0; step < 5; ++step) (void)straight.train_batch(step, 4);
  BatchLoader fresh(data, true, 5);
  EXPECT_TRUE(equal(straight.train_batch(5, 4), fresh.train_batch(5, 4)));
  EXPECT_TRUE(equal(straight.train_batch(1, 4), fresh.train_batch(1, 4)));  // back again
  BatchLoader other(data, true, 6);
  EXPECT_FALSE(equal(fresh.train_batch(5, 4), other.train_batch(5, 4)));
}

// The one image of a set, as floats of its first plane before normalization.
torch::Tensor drawn(const DataSet& data, std::uint64_t seed) {
  BatchLoader loader(data, true, seed);
  return loader.train_batch(0, 1).images[0][0] * 0.5 + 0.25;
}

TEST(BatchLoader, ShiftsBringZerosAndMirrorsTurn) {
  DataSet data = small_set(1);
  for (std::size_t i = 0; i < 64; ++i) {
    data.train.pixels[i] = static_cast<std::uint8_t>(100 + i);
  }
  const torch::Tensor plane = torch::arange(100, 164, torch::kFloat32).view({8, 8}) / 255;
  int checked = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Augmentation change = draw_augmentation(data, seed, 0, 0);
    torch::Tensor expected = torch::zeros({8, 8});
    for (std::int64_t row = 0; row < 8; ++row) {
      for (std::int64_t col = 0; col < 8; ++col) {
        const std::int64_t r = row + change.shift_rows, c = col + change.shift_cols;
        if (r < 0 || r > 7 || c < 0 || c > 7) continue;
        expected[row][col] = plane[r][change.is_mirrored ? 7 - c : c];
      }
    }
    EXPECT_TRUE(torch::allclose(drawn(data, seed), expected, 0, 1e-6)) << seed;
    checked += change.is_mirrored && change.shift_rows != 0;
  }
  EXPECT_GT(checked, 0);
}

}  // namespace
}  // namespace actscope::core
