// SPDX-License-Identifier: Apache-2.0
#include "data/image_reader.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "data/corrupt_images.hpp"
#include "data/image_codec.hpp"
#include "png.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Six files of 8×8 px, the third and fourth no images; their colors tell them apart.
class ImageReader : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_image_codec_built()) GTEST_SKIP() << "this build decodes no images";
    set.channels = 3;
    set.height = set.width = 8;
    set.samples = 6;
    for (char i = 0; i < 6; ++i) {
      const std::string name(1, static_cast<char>('a' + i));
      const std::string whole = plain_png(12, 20, static_cast<char>(10 * i));
      folder.write(name, i == 2 ? whole.substr(0, whole.size() - 20) : i == 3 ? "text" : whole);
      set.files.push_back(folder / name);
      set.labels.push_back(i);
    }
  }
  TemporaryFolder folder;
  ImageSet set;
};

std::vector<std::int64_t> places_of(const std::vector<CorruptImage>& images) {
  std::vector<std::int64_t> places;
  for (const CorruptImage& image : images) places.push_back(image.sample);
  return places;
}

TEST_F(ImageReader, DecodesIntoPlanes) {
  std::vector<std::uint8_t> pixels(192);
  const std::string two = std::string(1, '\x0a') + '\x14' + '\x1e';
  std::string colored;
  for (int i = 0; i < 12 * 20; ++i) colored += two;
  folder.write("a", png_of(12, 20, colored));
  ASSERT_EQ(read_image(set, 0, {}, pixels.data()), "");
  EXPECT_EQ(pixels[0], 10);  // red first, as everywhere in the project
  EXPECT_EQ(pixels[64], 20);
  EXPECT_EQ(pixels[191], 30);
  EXPECT_EQ(read_image(set, 2, {}, pixels.data()), "it is truncated");
  EXPECT_EQ(read_image(set, 3, {}, pixels.data()), "neither JPEG nor PNG");
  folder.write("b", plain_png(1, 200, 'x'));
  EXPECT_THAT(read_image(set, 1, {}, pixels.data()), HasSubstr("as long as wide"));
  std::filesystem::remove(folder / "b");
  EXPECT_EQ(read_image(set, 1, {}, pixels.data()), "no such file");
  std::filesystem::create_symlink(folder / "nowhere", folder / "b");
  EXPECT_EQ(read_image(set, 1, {}, pixels.data()), "no such file");
}

TEST_F(ImageReader, EveryPrefixOfAnImageIsRefusedOrRead) {
  const std::string whole = plain_png(12, 20, 'x');
  std::vector<std::uint8_t> pixels(192);
  for (std::size_t cut = 0; cut < whole.size() - 12; ++cut) {  // IEND carries nothing
    folder.write("a", whole.substr(0, cut));
    EXPECT_NE(read_image(set, 0, {}, pixels.data()), "") << cut;
  }
}

TEST_F(ImageReader, TheNextGoodImageStandsInForACorruptOne) {
  const PixelBatch batch = read_training_batch(set, {5, 2, 3, 0}, true, 1, 0);
  EXPECT_THAT(batch.samples, ElementsAre(5, 4, 4, 0));
  EXPECT_THAT(places_of(batch.corrupt), ElementsAre(2, 3, 3));
  ASSERT_EQ(batch.pixels.size(), 4U * 192U);
  EXPECT_EQ(batch.pixels[0], 50);
  EXPECT_EQ(batch.pixels[192], 40);
  for (const std::string& file : set.files) std::filesystem::remove(file);
  EXPECT_THAT(error_of<DataError>([&] { (void)read_training_batch(set, {1}, true, 1, 0); }),
              HasSubstr("not one"));
}

TEST_F(ImageReader, EvaluationLeavesCorruptImagesOut) {
  const PixelBatch batch = read_heldout_batch(set, 1, 5);
  EXPECT_THAT(batch.samples, ElementsAre(1, 4, 5));
  EXPECT_THAT(places_of(batch.corrupt), ElementsAre(2, 3));
  EXPECT_EQ(batch.corrupt[1].reason, "neither JPEG nor PNG");
  ASSERT_EQ(batch.pixels.size(), 3U * 192U);
  EXPECT_EQ(batch.pixels[192], 40);
}

TEST_F(ImageReader, CorruptImagesAreNamedOnceAndRefusedBeyondTheShare) {
  std::vector<std::string> notes;
  CorruptImages corrupt(set, 0.2, [&](std::string_view line) { notes.emplace_back(line); });
  corrupt.add({{2, "damaged"}});
  corrupt.add({{2, "damaged"}});
  EXPECT_THAT(notes, ElementsAre("skipped, cannot be read: " + set.files[2] + " [damaged]"));
  EXPECT_EQ(corrupt.lines(), notes);
  EXPECT_THAT(corrupt.paths(), ElementsAre(set.files[2]));
  EXPECT_EQ(corrupt.count(), 1);
  EXPECT_THAT(error_of<DataError>([&] {
                corrupt.add({{2, "damaged"}, {3, "cut"}});
              }),
              testing::AllOf(HasSubstr("2 of 6"), HasSubstr(set.files[3] + ": cut")));
  EXPECT_THAT(CorruptImages(set, 0, {}).paths(), IsEmpty());
}

}  // namespace
}  // namespace actscope::core
