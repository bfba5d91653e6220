// SPDX-License-Identifier: Apache-2.0
#include "data/cifar.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// One record: labels, then the three planes filled with one byte each.
std::string record(const std::string& labels) {
  return labels + std::string(1024, 'r') + std::string(1024, 'g') + std::string(1024, 'b');
}

std::string refusal(const std::string& bytes, std::int64_t label_bytes, std::int64_t classes) {
  ImageSet set;
  return error_of<DataError>(
      [&] { append_cifar_records(bytes, "FILE", label_bytes, classes, set); });
}

TEST(Cifar, AppendsRecordsPlaneByPlane) {
  ImageSet set;
  append_cifar_records(record("\x04") + record("\x09"), "FILE", 1, 10, set);
  append_cifar_records(record("\x01"), "FILE", 1, 10, set);
  EXPECT_EQ(set.samples, 3);
  EXPECT_EQ(set.channels, 3);
  EXPECT_EQ(set.height, 32);
  EXPECT_EQ(set.width, 32);
  EXPECT_THAT(set.labels, ElementsAre(4, 9, 1));
  ASSERT_EQ(set.pixels.size(), 3U * 3072U);
  EXPECT_EQ(set.pixels[0], 'r');
  EXPECT_EQ(set.pixels[3072 + 1024], 'g');
  EXPECT_EQ(set.pixels.back(), 'b');
}

TEST(Cifar, TakesTheFineLabelOfTwo) {
  ImageSet set;
  append_cifar_records(record("\x13\x63"), "FILE", 2, 100, set);
  EXPECT_THAT(set.labels, ElementsAre(99));
}

TEST(Cifar, RefusesWhatIsNoWholeNumberOfRecords) {
  const std::string two = record("\x04") + record("\x09");
  for (std::size_t cut :
       {std::size_t{0}, std::size_t{1}, std::size_t{3072}, std::size_t{3074}, two.size() - 1}) {
    EXPECT_THAT(refusal(two.substr(0, cut), 1, 10), AllOf(HasSubstr("FILE"), HasSubstr("records")))
        << cut;
  }
  EXPECT_THAT(refusal(two + "x", 1, 10), HasSubstr("6147 bytes"));
  EXPECT_THAT(refusal(record("\x04"), 2, 100), HasSubstr("records of 3074"));
}

TEST(Cifar, RefusesLabelsOutOfRange) {
  EXPECT_THAT(refusal(record("\x0a"), 1, 10), HasSubstr("label 10 is out of range"));
  EXPECT_THAT(refusal(record("\x01\xff"), 2, 100), HasSubstr("label 255"));
}

TEST(Cifar, ReadsFiveBatchesAndTheHeldOutOne) {
  const TemporaryFolder folder;
  for (char i = 1; i <= 5; ++i) {
    folder.write("data_batch_" + std::to_string(i) + ".bin", record(std::string(1, i)));
  }
  folder.write("test_batch.bin", record("\x07"));
  DataSet data;
  data.name = "cifar10";
  data.classes = 10;
  DataDigest digest;
  load_cifar(folder.path(), data, digest);
  EXPECT_THAT(data.train.labels, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(data.heldout.labels, ElementsAre(7));

  // The folder that the archive unpacks to.
  std::filesystem::create_directory(folder.path() / "root");
  std::filesystem::create_directory_symlink(folder.path(),
                                            folder.path() / "root/cifar-10-batches-bin");
  DataSet below;
  below.name = "cifar10";
  below.classes = 10;
  DataDigest same;
  load_cifar(folder.path() / "root", below, same);
  EXPECT_EQ(below.train.labels, data.train.labels);
  EXPECT_EQ(same.hex_digest(), digest.hex_digest());

  std::filesystem::remove(folder.path() / "data_batch_3.bin");
  EXPECT_THAT(error_of<DataError>([&] { load_cifar(folder.path(), data, digest); }),
              AllOf(HasSubstr("data_batch_3.bin"), HasSubstr("--data-dir")));
}

TEST(Cifar, ReadsTheHundredClassesFromTwoFiles) {
  const TemporaryFolder folder;
  folder.write("train.bin", record("\x01\x40") + record("\x02\x41"));
  folder.write("test.bin", record("\x01\x42"));
  DataSet data;
  data.name = "cifar100";
  data.classes = 100;
  DataDigest digest;
  load_cifar(folder.path(), data, digest);
  EXPECT_THAT(data.train.labels, ElementsAre(64, 65));
  EXPECT_THAT(data.heldout.labels, ElementsAre(66));
}

}  // namespace
}  // namespace actscope::core
