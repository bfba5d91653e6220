// SPDX-License-Identifier: Apache-2.0
#include "data/idx.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

#include <array>

#include "actscope/base/error.hpp"
#include "temporary_folder.hpp"

namespace actscope::core {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string idx(const std::vector<std::uint32_t>& dims, const std::string& data) {
  std::string bytes = big_endian(0x800 + static_cast<std::uint32_t>(dims.size()));
  for (std::uint32_t dim : dims) bytes += big_endian(dim);
  return bytes + data;
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Two images of 2×3 pixels.
const std::string images = idx({2, 2, 3}, "abcdefghijkl");
const std::string labels = idx({2}, std::string("\x03\x09", 2));

ImageSet parse(const std::string& image_bytes, const std::string& label_bytes) {
  return parse_idx_pair(image_bytes, "IMAGES", label_bytes, "LABELS", 10);
}

std::string refusal(const std::string& image_bytes, const std::string& label_bytes) {
  return error_of<DataError>([&] { (void)parse(image_bytes, label_bytes); });
}

TEST(Idx, ReadsImagesWithTheirLabels) {
  const ImageSet set = parse(images, labels);
  EXPECT_EQ(set.samples, 2);
  EXPECT_EQ(set.channels, 1);
  EXPECT_EQ(set.height, 2);
  EXPECT_EQ(set.width, 3);
  EXPECT_EQ(std::string(set.pixels.begin(), set.pixels.end()), "abcdefghijkl");
  EXPECT_THAT(set.labels, ElementsAre(3, 9));
}

TEST(Idx, RefusesFilesCutAtAnyByte) {
  for (std::size_t cut = 0; cut < images.size(); ++cut) {
    EXPECT_THAT(refusal(images.substr(0, cut), labels), HasSubstr("IMAGES")) << cut;
  }
  for (std::size_t cut = 0; cut < labels.size(); ++cut) {
    EXPECT_THAT(refusal(images, labels.substr(0, cut)), HasSubstr("LABELS")) << cut;
  }
  EXPECT_THAT(refusal(images.substr(0, images.size() - 1), labels),
              HasSubstr("truncated: 11 bytes of data, expected 12"));
}

TEST(Idx, RefusesTrailingBytes) {
  EXPECT_THAT(refusal(images + "x", labels), HasSubstr("trailing bytes"));
  EXPECT_THAT(refusal(images, labels + "x"), HasSubstr("trailing bytes"));
}

TEST(Idx, RefusesAnotherMagic) {
  EXPECT_THAT(refusal(labels + std::string(64, '\0'), labels), HasSubstr("not an IDX file"));
  EXPECT_THAT(refusal(images, images), HasSubstr("not an IDX file"));
  std::string floats = images;
  floats[2] = 0x0d;
  EXPECT_THAT(refusal(floats, labels), HasSubstr("not an IDX file"));
}

TEST(Idx, RefusesLengthsThatOverflow) {
  EXPECT_THAT(refusal(idx({~0U, ~0U, ~0U}, "abc"), labels), HasSubstr("absurd"));
  EXPECT_THAT(refusal(idx({0, 2, 3}, ""), idx({0}, "")), HasSubstr("absurd"));
}

TEST(Idx, RefusesCountsThatDisagreeAndLabelsOutOfRange) {
  EXPECT_THAT(refusal(images, idx({3}, std::string(3, '\x01'))),
              HasSubstr("3 labels for 2 images"));
  EXPECT_THAT(refusal(images, idx({2}, "\x01\x0a")), HasSubstr("label 10 is out of range"));
}

TEST(Gunzip, LeavesPlainBytesAloneAndUnpacksOthers) {
  EXPECT_EQ(gunzip("", "F", 100), "");
  EXPECT_EQ(gunzip("plain", "F", 100), "plain");
  const std::string large(300'000, 'a');  // several pieces
  EXPECT_EQ(gunzip(gzip(large), "F", 300'000), large);
}

TEST(Gunzip, RefusesWhatIsNotWhole) {
  const std::string packed = gzip(images);
  for (std::size_t cut = 2; cut < packed.size(); ++cut) {
    EXPECT_THROW((void)gunzip(packed.substr(0, cut), "F", 1000), DataError) << cut;
  }
  std::string damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // the checksum
  EXPECT_THROW((void)gunzip(damaged, "F", 1000), DataError);
  EXPECT_THROW((void)gunzip(packed + "x", "F", 1000), DataError);
  EXPECT_THAT(error_of<DataError>([&] { (void)gunzip(gzip(std::string(5000, 'a')), "F", 999); }),
              AllOf(HasSubstr("F"), HasSubstr("too much")));
}

// A whole data set of one training and one held-out pair.
void write_set(const TemporaryFolder& folder) {
  folder.write("train-images-idx3-ubyte.gz", gzip(images));
  folder.write("train-labels-idx1-ubyte", labels);
  folder.write("t10k-images-idx3-ubyte", idx({1, 2, 3}, "uvwxyz"));
  folder.write("t10k-labels-idx1-ubyte.gz", gzip(idx({1}, "\x05")));
}

TEST(FashionMnist, ReadsPackedAndUnpackedFiles) {
  const TemporaryFolder folder;
  write_set(folder);
  DataSet data;
  data.classes = 10;
  DataDigest digest;
  load_fashion_mnist(folder.path(), data, digest);
  EXPECT_EQ(data.train.samples, 2);
  EXPECT_EQ(data.heldout.samples, 1);
  EXPECT_THAT(data.heldout.labels, ElementsAre(5));
  EXPECT_EQ(digest.hex_digest().size(), 64U);
}

// What a set of the given files gives: its digest, or the error's line.
std::string loaded(const std::filesystem::path& folder) {
  DataSet data;
  data.classes = 10;
  DataDigest digest;
  try {
    load_fashion_mnist(folder, data, digest);
  } catch (const DataError& error) {
    return error.what();
  }
  EXPECT_THAT(data.train.labels, ElementsAre(3, 9));
  EXPECT_THAT(data.heldout.labels, ElementsAre(5));
  return digest.hex_digest();
}

// Every place and name that a program or archive gives the files; packed or not, the data are one.
TEST(FashionMnist, FindsTheFilesWhereOthersPutThem) {
  const std::string heldout = idx({1, 2, 3}, "uvwxyz"), heldout_labels = idx({1}, "\x05");
  std::string first;
  for (const char* place :
       {".", "raw", "FashionMNIST/raw", "FashionMNIST", "fashion-mnist", "data/fashion", "named"}) {
    for (const char* separator : {"-", "."}) {
      for (const bool is_packed : {false, true}) {
        const TemporaryFolder folder;
        std::filesystem::create_directories(folder.path() / place);
        for (const auto& [name, bytes] :
             {std::pair{"train-images" + std::string(separator) + "idx3-ubyte", images},
              {"train-labels" + std::string(separator) + "idx1-ubyte", labels},
              {"t10k-images" + std::string(separator) + "idx3-ubyte", heldout},
              {"t10k-labels" + std::string(separator) + "idx1-ubyte", heldout_labels}}) {
          const std::string file = name + (is_packed ? ".gz" : "");
          std::string path = std::string(place) + "/" + file;
          if (place == std::string("named")) {  // a folder of the file's name, as Kaggle's archive
            std::filesystem::create_directories(folder.path() / file);
            path = file + "/" + file;
          }
          folder.write(path, is_packed ? gzip(bytes) : bytes);
        }
        const std::string digest = loaded(folder.path());
        EXPECT_EQ(digest.size(), 64U) << place << separator << digest;
        if (first.empty()) first = digest;
        EXPECT_EQ(digest, first) << place << separator << is_packed;
      }
    }
  }
}

TEST(FashionMnist, SaysWhatWasLookedForAndWhatLiesThere) {
  const TemporaryFolder folder;
  EXPECT_THAT(loaded(folder.path()),
              AllOf(HasSubstr("train-images-idx3-ubyte, train-images.idx3-ubyte, "
                              "train-images-idx3-ubyte.gz, train-images.idx3-ubyte.gz"),
                    HasSubstr("FashionMNIST/raw"), HasSubstr("is empty")));
  for (const char* name : {"a.csv", "b.csv", "c.parquet", "d.parquet", ".hidden"}) {
    folder.write(name, "");
  }
  EXPECT_THAT(loaded(folder.path()), HasSubstr("holds a.csv, b.csv, c.parquet and 1 more"));
  std::filesystem::create_directories(folder.path() / "raw");
  folder.write("raw/train-images-idx3-ubyte", images);
  EXPECT_THAT(loaded(folder.path()),
              AllOf(HasSubstr("looked for train-labels"),
                    HasSubstr("raw holds train-images-idx3-ubyte"), testing::Not(HasSubstr("\n"))));
  EXPECT_THAT(loaded(folder.path() / "none"), HasSubstr("none does not exist"));
  EXPECT_THAT(loaded(folder.path() / "a.csv"), HasSubstr("a.csv is no folder"));
}

TEST(FashionMnist, NamesThePackageOfAMissingFile) {
  const TemporaryFolder folder;
  for (const char* gone : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte.gz"}) {
    write_set(folder);
    std::filesystem::remove(folder.path() / gone);
    DataSet data;
    data.classes = 10;
    DataDigest digest;
    EXPECT_THAT(error_of<DataError>([&] { load_fashion_mnist(folder.path(), data, digest); }),
                AllOf(HasSubstr("dataset-fashion-mnist"),
                      HasSubstr(std::string(gone).substr(0, std::string(gone).find("ubyte")))));
  }
}

}  // namespace
}  // namespace actscope::core
