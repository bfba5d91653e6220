// SPDX-License-Identifier: Apache-2.0
#include "data/synthetic.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <limits>

namespace actscope::core {
namespace {

const DataShape shape{3, 12, 5};

TEST(Synthetic, MakesNothingOfNothing) {
  const ImageSet set = make_synthetic_images(shape, 0, 1);
  EXPECT_EQ(set.samples, 0);
  EXPECT_TRUE(set.pixels.empty());
  EXPECT_TRUE(set.labels.empty());
}

TEST(Synthetic, HasTheShapeAskedForAndEveryClass) {
  const ImageSet set = make_synthetic_images(shape, 200, 1);
  EXPECT_EQ(set.pixels.size(), 200U * 3 * 12 * 12);
  std::vector<int> counts(5);
  for (std::int64_t label : set.labels) {
    ASSERT_GE(label, 0);
    ASSERT_LT(label, 5);
    ++counts[static_cast<std::size_t>(label)];
  }
  for (int count : counts) EXPECT_GT(count, 20);
}

TEST(Synthetic, DependsOnItsArgumentsAloneNotOnThreads) {
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  const ImageSet one = make_synthetic_images(shape, 50, 3);
  omp_set_num_threads(4);
  const ImageSet four = make_synthetic_images(shape, 50, 3);
  omp_set_num_threads(threads);
  EXPECT_EQ(one.pixels, four.pixels);
  EXPECT_EQ(one.labels, four.labels);
  EXPECT_NE(one.pixels, make_synthetic_images(shape, 50, 4).pixels);
}

TEST(Synthetic, AnImageDoesNotDependOnHowManyThereAre) {
  const ImageSet few = make_synthetic_images(shape, 3, 3);
  const ImageSet many = make_synthetic_images(shape, 9, 3);
  EXPECT_TRUE(std::equal(few.pixels.begin(), few.pixels.end(), many.pixels.begin()));
  EXPECT_TRUE(std::equal(few.labels.begin(), few.labels.end(), many.labels.begin()));
}

// Squared distance between an image and a mean image.
double distance(const std::uint8_t* image, const std::vector<double>& mean) {
  double sum = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) sum += (image[i] - mean[i]) * (image[i] - mean[i]);
  return sum;
}

TEST(Synthetic, ClassesCanBeLearned) {
  const ImageSet train = make_synthetic_images(shape, 400, 0);
  const ImageSet heldout = make_synthetic_images(shape, 200, 1);
  const std::size_t pixels = 3 * 12 * 12;
  std::vector<std::vector<double>> means(5, std::vector<double>(pixels));
  std::vector<double> counts(5);
  for (std::size_t s = 0; s < 400; ++s) {
    const auto label = static_cast<std::size_t>(train.labels[s]);
    for (std::size_t i = 0; i < pixels; ++i) means[label][i] += train.pixels[s * pixels + i];
    ++counts[label];
  }
  for (std::size_t c = 0; c < 5; ++c) {
    for (double& value : means[c]) value /= counts[c];
  }
  int correct = 0;
  for (std::size_t s = 0; s < 200; ++s) {
    double nearest = std::numeric_limits<double>::max();
    std::size_t guess = 0;
    for (std::size_t c = 0; c < 5; ++c) {
      const double d = distance(heldout.pixels.data() + s * pixels, means[c]);
      if (d < nearest) nearest = d, guess = c;
    }
    correct += guess == static_cast<std::size_t>(heldout.labels[s]);
  }
  EXPECT_GT(correct, 160);  // chance gives 40
}

}  // namespace
}  // namespace actscope::core
