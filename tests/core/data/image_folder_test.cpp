// SPDX-License-Identifier: Apache-2.0
#include "data/image_folder.hpp"

#include <gmock/gmock.h>

#include "actscope/base/error.hpp"
#include "data/image_codec.hpp"
#include "png.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImageFolder : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_image_codec_built()) GTEST_SKIP() << "this build decodes no images";
    for (const char* name : {"train/b", "train/a", "train/c/deep", "val/c", "val/a", "val/b"}) {
      std::filesystem::create_directories(folder.path() / name);
    }
    for (const char* name : {"train/b/2.png", "train/b/1.PNG", "train/a/x.jpeg", "train/a/note.txt",
                             "train/c/deep/y.jpg", "val/c/1.png", "val/a/1.png", "val/b/1.png"}) {
      folder.write(name, plain_png(4, 4, 'x'));
    }
  }
  RunConfig config() const {
    RunConfig config;
    config.data = "imagefolder";
    config.data_dir = folder.path().string();
    config.image_size = 8;
    return config;
  }
  DataSet load(DataPart part = DataPart::both) const {
    return load_data(config(), data_shape(config()), part);
  }
  std::string refusal() const {
    return error_of<DataError>([&] { (void)load(); });
  }
  void remove(const char* name) const { std::filesystem::remove_all(folder.path() / name); }

  TemporaryFolder folder;
};

TEST_F(ImageFolder, LabelsByTheSortedNamesOfTheClasses) {
  EXPECT_THAT(image_classes(folder.path()), ElementsAre("a", "b", "c"));
  const DataSet data = load();
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(data.train.samples, 4);
  EXPECT_THAT(data.train.labels, ElementsAre(0, 1, 1, 2));
  EXPECT_THAT(data.train.files[1], HasSubstr("train/b/1.PNG"));
  EXPECT_THAT(data.heldout.labels, ElementsAre(0, 1, 2));
  EXPECT_EQ(data.heldout.height, 8);
  EXPECT_THAT(data.mean, ElementsAre(.485F, .456F, .406F));
  EXPECT_TRUE(data.train.pixels.empty());
}

TEST_F(ImageFolder, KeepsSamplesOfEveryClass) {
  RunConfig two = config();
  two.train_samples = 2;
  const DataSet data = load_data(two, data_shape(two));
  EXPECT_THAT(data.train.labels, ElementsAre(0, 1));
  EXPECT_THAT(data.train.files[1], HasSubstr("2.png"));
  two.train_samples = 5;
  EXPECT_THAT(error_of<ConfigError>([&] { (void)load_data(two, data_shape(two)); }),
              HasSubstr("5 of 4"));
}

TEST_F(ImageFolder, HeldOutImagesAloneAreEnoughToEvaluate) {
  remove("train");
  const DataSet data = load(DataPart::heldout);
  EXPECT_EQ(data.heldout.samples, 3);
  EXPECT_EQ(data.train.samples, 0);
  EXPECT_THAT(refusal(), HasSubstr("train"));
}

TEST_F(ImageFolder, LeftoversOfProgramsAreNoImagesAndNoClasses) {
  const DataSet clean = load();
  for (const char* name : {"train/.ipynb_checkpoints", "train/__MACOSX", "val/@eaDir", "val/.Trash",
                           "train/a/.ipynb_checkpoints", "train/a/__MACOSX", "val/lost+found"}) {
    std::filesystem::create_directories(folder.path() / name);
    folder.write(std::string(name) + "/1.png", "x");
  }
  for (const char* name : {"train/a/._x.jpeg", "train/a/.png", "val/c/.DS_Store",
                           "train/c/deep/._y.jpg", "train/.DS_Store"}) {
    folder.write(name, "x");
  }
  EXPECT_THAT(image_classes(folder.path()), ElementsAre("a", "b", "c"));
  const DataSet data = load();
  EXPECT_EQ(data.train.files, clean.train.files);
  EXPECT_EQ(data.heldout.files, clean.heldout.files);
  EXPECT_EQ(data.sha256, clean.sha256);
  EXPECT_THAT(data.notes, ElementsAre());
}

TEST_F(ImageFolder, AClassWithoutImagesKeepsItsLabelAndIsTold) {
  std::filesystem::create_directory(folder.path() / "train/aa");
  folder.write("train/aa/note.txt", "x");
  const DataSet data = load();
  EXPECT_EQ(data.classes, 4);
  EXPECT_THAT(data.train.labels, ElementsAre(0, 2, 2, 3));
  EXPECT_THAT(data.heldout.labels, ElementsAre(0, 2, 3));
  EXPECT_THAT(data.notes,
              ElementsAre(testing::AllOf(HasSubstr("train/ has no images"), HasSubstr(": aa")),
                          testing::AllOf(HasSubstr("val/ has no images"), HasSubstr(": aa"))));
}

TEST_F(ImageFolder, FollowsLinksOnceAndTellsOfThoseThatLeadNowhere) {
  namespace fs = std::filesystem;
  const fs::path root = folder.path();
  fs::create_directories(root / "elsewhere/below");
  folder.write("elsewhere/1.png", plain_png(4, 4, 'y'));
  folder.write("elsewhere/below/2.png", plain_png(4, 4, 'y'));
  fs::create_directory_symlink(root / "elsewhere", root / "train/linked");
  fs::create_directory_symlink("../elsewhere", root / "val/linked");
  fs::create_symlink(root / "elsewhere/1.png", root / "train/a/link.png");
  fs::create_directory_symlink("..", root / "train/linked/below/back");  // the class's own folder
  fs::create_directory_symlink(root / "train", root / "train/a/above");  // what holds the class
  fs::create_directory_symlink("deep", root / "train/c/again");          // a folder read already
  fs::create_directory_symlink("self", root / "train/c/self");           // itself
  fs::create_symlink(root / "nowhere", root / "train/b/gone");           // no name of an image
  fs::create_symlink(root / "nowhere.png", root / "train/b/gone.png");   // an image that is gone
  const DataSet data = load();
  EXPECT_EQ(data.classes, 4);
  EXPECT_THAT(data.train.labels, ElementsAre(0, 0, 1, 1, 1, 2, 3, 3));
  EXPECT_THAT(data.train.files[4], HasSubstr("train/b/gone.png"));
  EXPECT_THAT(data.train.files[5], HasSubstr("train/c/deep/y.jpg"));
  EXPECT_THAT(data.train.files[7], HasSubstr("train/linked/below/2.png"));
  EXPECT_THAT(data.notes,
              ElementsAre(testing::AllOf(HasSubstr("lead nowhere"), HasSubstr("train/b/gone"),
                                         HasSubstr("train/c/self")),
                          testing::AllOf(HasSubstr("read already"), HasSubstr("train/a/above"),
                                         HasSubstr("train/c/again"), HasSubstr("below/back")),
                          HasSubstr("read already")));
}

TEST_F(ImageFolder, DigestsClassesPartsAndOrder) {
  const std::string first = load().sha256;
  std::filesystem::create_directory(folder.path() / "train/aa");  // moves all labels but one
  EXPECT_NE(load().sha256, first);
  remove("train/aa");
  EXPECT_EQ(load().sha256, first);
  // The last image of train/ becomes the first of val/: the same names and sizes in a row.
  folder.write("train/c/z.png", "z");
  const std::string before = load().sha256;
  remove("train/c/z.png");
  folder.write("val/a/0.png", "z");
  EXPECT_NE(load().sha256, before);
}

TEST_F(ImageFolder, DigestsNamesAndSizes) {
  const std::string first = load().sha256;
  EXPECT_EQ(load().sha256, first);
  folder.write("val/b/1.png", plain_png(5, 4, 'x') + "x");
  const std::string changed = load().sha256;
  EXPECT_NE(changed, first);
  folder.write("val/b/2.png", "");
  EXPECT_NE(load().sha256, changed);
}

TEST_F(ImageFolder, RefusesWhatIsNoImageFolder) {
  std::filesystem::create_directory(folder.path() / "val/d");
  EXPECT_THAT(refusal(), HasSubstr("val/d"));
  remove("val/d");
  for (const char* name : {"val/a", "val/b", "val/c"}) remove(name);
  EXPECT_THAT(refusal(), HasSubstr("no images"));
  for (const char* name : {"train/a", "train/b", "train/c"}) remove(name);
  EXPECT_THAT(refusal(), HasSubstr("no classes"));
  remove("train");
  remove("val");
  EXPECT_THAT(refusal(), HasSubstr("neither train/ nor val/"));
  RunConfig nowhere = config();
  nowhere.data_dir.clear();
  EXPECT_THAT(error_of<DataError>([&] { (void)data_shape(nowhere); }), HasSubstr("--data-dir"));
  nowhere.classes = 12;  // enough to size a model
  EXPECT_EQ(data_shape(nowhere).classes, 12);
}

}  // namespace
}  // namespace actscope::core
