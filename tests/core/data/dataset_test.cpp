// SPDX-License-Identifier: Apache-2.0
#include "actscope/core/data/dataset.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

RunConfig config_of(const std::string& data) {
  RunConfig config;
  config.data = data;
  config.image_size = data == "synthetic" ? std::optional<std::int64_t>(8) : std::nullopt;
  return config;
}

DataSet load(const RunConfig& config) {
  return load_data(config, data_shape(config));
}

std::string cifar_records(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(i) + std::string(3072, 'p');
  return bytes;
}

// Writes CIFAR-10 with two training images a batch and three held-out ones.
void write_cifar(const TemporaryFolder& folder) {
  for (int i = 1; i <= 5; ++i) {
    folder.write("data_batch_" + std::to_string(i) + ".bin", cifar_records(2));
  }
  folder.write("test_batch.bin", cifar_records(3));
}

TEST(DataShape, IsKnownWithoutReadingAFile) {
  const DataShape mnist = data_shape(config_of("fashion-mnist"));
  EXPECT_EQ(mnist.channels, 1);
  EXPECT_EQ(mnist.image_size, 28);
  EXPECT_EQ(mnist.classes, 10);
  EXPECT_EQ(data_shape(config_of("cifar10")).image_size, 32);
  EXPECT_EQ(data_shape(config_of("cifar100")).classes, 100);
  EXPECT_EQ(data_shape(config_of("synthetic")).image_size, 8);
  RunConfig published = config_of("synthetic");
  published.model = "resmlp_s12";
  EXPECT_EQ(data_shape(published).image_size, 224);
  EXPECT_EQ(data_shape(published).classes, 1000);
}

TEST(DataShape, RefusesAnUnknownNameWithThoseThereAre) {
  EXPECT_THAT(error_of<ConfigError>([] { (void)data_shape(config_of("imagenet")); }),
              AllOf(HasSubstr("imagenet"), HasSubstr("fashion-mnist"), HasSubstr("synthetic")));
}

TEST(LoadData, MakesSyntheticImagesOfTheDefaultNumber) {
  const DataSet data = load(config_of("synthetic"));
  EXPECT_EQ(data.train.samples, 2048);
  EXPECT_EQ(data.heldout.samples, 512);
  EXPECT_EQ(data.classes, 10);
  EXPECT_FALSE(data.flips);
  EXPECT_EQ(data.mean.size(), 3U);
  EXPECT_EQ(data.sha256.size(), 64U);
}

TEST(LoadData, HeldOutImagesAreNoneOfTheTrainingImagesOfAnySeed) {
  RunConfig config = config_of("synthetic");
  config.train_samples = config.heldout_samples = 16;
  std::vector<std::vector<std::uint8_t>> seen;
  for (config.seed = 0; config.seed < 3; ++config.seed) {
    const DataSet data = load(config);
    for (const ImageSet* set : {&data.train, &data.heldout}) {
      EXPECT_THAT(seen, testing::Not(testing::Contains(set->pixels)));
      seen.push_back(set->pixels);
    }
  }
}

TEST(LoadData, DigestsTellDataApart) {
  RunConfig config = config_of("synthetic");
  const std::string first = load(config).sha256;
  EXPECT_EQ(load(config).sha256, first);
  config.seed = 1;
  EXPECT_NE(load(config).sha256, first);

  const TemporaryFolder folder;
  write_cifar(folder);
  RunConfig cifar = config_of("cifar10");
  cifar.data_dir = folder.path().string();
  const std::string whole = load(cifar).sha256;
  folder.write("test_batch.bin", cifar_records(2));
  EXPECT_NE(load(cifar).sha256, whole);
}

TEST(LoadData, KeepsTheFirstSamples) {
  const TemporaryFolder folder;
  write_cifar(folder);
  RunConfig config = config_of("cifar10");
  config.data_dir = folder.path().string();
  config.train_samples = 3;
  config.heldout_samples = 1;
  const DataSet data = load(config);
  EXPECT_THAT(data.train.labels, ElementsAre(0, 1, 0));
  EXPECT_EQ(data.train.pixels.size(), 3U * 3072U);
  EXPECT_EQ(data.heldout.samples, 1);
  EXPECT_TRUE(data.flips);
  EXPECT_THAT(data.mean, ElementsAre(.4914F, .4822F, .4465F));
  EXPECT_THAT(data.stddev, ElementsAre(.2470F, .2435F, .2616F));
}

TEST(LoadData, RefusesMoreSamplesThanThereAre) {
  const TemporaryFolder folder;
  write_cifar(folder);
  RunConfig config = config_of("cifar10");
  config.data_dir = folder.path().string();
  config.train_samples = 11;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)load(config); }),
              AllOf(HasSubstr("--train-samples"), HasSubstr("11 of 10")));
  config.train_samples = 0;
  config.heldout_samples = 4;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)load(config); }), HasSubstr("--heldout-samples"));
}

TEST(LoadData, RefusesSyntheticImagesBeyondMemory) {
  RunConfig config = config_of("synthetic");
  config.train_samples = 1'000'000'000;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)load(config); }), HasSubstr("64 GiB"));
}

TEST(LoadData, NamesWhatIsMissing) {
  RunConfig config = config_of("cifar10");
  EXPECT_THAT(error_of<DataError>([&] { (void)load(config); }), HasSubstr("--data-dir"));
  config.data_dir = "/nonexistent";
  EXPECT_THAT(error_of<DataError>([&] { (void)load(config); }),
              AllOf(HasSubstr("data_batch_1.bin"), HasSubstr("/nonexistent does not exist")));
  config.data = "fashion-mnist";
  EXPECT_THAT(error_of<DataError>([&] { (void)load(config); }),
              AllOf(HasSubstr("/nonexistent"), HasSubstr("dataset-fashion-mnist")));
}

TEST(LoadData, RefusesImagesOfAnotherSize) {
  const TemporaryFolder folder;
  const std::string header("\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02", 16);
  const std::string labels("\0\0\x08\x01\0\0\0\x01\x00", 9);
  for (const char* part : {"train", "t10k"}) {
    folder.write(std::string(part) + "-images-idx3-ubyte", header + "abcd");
    folder.write(std::string(part) + "-labels-idx1-ubyte", labels);
  }
  RunConfig config = config_of("fashion-mnist");
  config.data_dir = folder.path().string();
  EXPECT_THAT(error_of<DataError>([&] { (void)load(config); }), HasSubstr("got 2x2, expected 28"));
}

TEST(LoadData, ReadsTheRealFashionMnist) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    GTEST_SKIP() << "the package dataset-fashion-mnist is not installed";
  }
  const DataSet data = load(config_of("fashion-mnist"));
  EXPECT_EQ(data.train.samples, 60'000);
  EXPECT_EQ(data.heldout.samples, 10'000);
  for (std::int64_t label = 0; label < 10; ++label) {
    EXPECT_EQ(std::ranges::count(data.train.labels, label), 6000);
    EXPECT_EQ(std::ranges::count(data.heldout.labels, label), 1000);
  }
  double sum = 0;
  for (std::uint8_t pixel : data.train.pixels) sum += pixel;
  EXPECT_NEAR(sum / 255 / static_cast<double>(data.train.pixels.size()), data.mean.at(0), 1e-4);
  EXPECT_TRUE(data.flips);
}

}  // namespace
}  // namespace actscope::core
