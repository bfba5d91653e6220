// SPDX-License-Identifier: Apache-2.0
#include "data/idx.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "data/data_files.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t largest_unpacked = std::int64_t{1} << 31;

[[noreturn]] void refuse(std::string_view source, const std::string& why) {
  throw DataError(error_text("cannot use " + std::string(source), why,
                             "fetch the file again, or give another --data-dir"));
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return value;
}

// Checks magic and length, gives the dimensions.
template <std::size_t Rank>
std::array<std::int64_t, Rank> idx_header(std::string_view bytes, std::string_view source) {
  constexpr std::size_t header = 4 + 4 * Rank;
  if (bytes.size() < header) refuse(source, "it is shorter than an IDX header");
  const std::uint32_t magic = big_endian(bytes, 0);
  if (magic != 0x800 + Rank) {
    refuse(source, "it is not an IDX file of bytes with " + std::to_string(Rank) + " dimensions");
  }
  std::array<std::int64_t, Rank> dims{};
  std::int64_t expected = 1;
  for (std::size_t i = 0; i < Rank; ++i) {
    dims[i] = big_endian(bytes, 4 + 4 * i);
    if (dims[i] == 0 || expected > largest_unpacked / dims[i])
      refuse(source, "its lengths are absurd");
    expected *= dims[i];
  }
  const auto actual = static_cast<std::int64_t>(bytes.size() - header);
  if (actual != expected) {
    refuse(source, (actual < expected ? "it is truncated: " : "it has trailing bytes: ") +
                       std::to_string(actual) + " bytes of data, expected " +
                       std::to_string(expected));
  }
  return dims;
}

// The names that the authors' files, torchvision's and those of Kaggle and Keras go by.
NamedFile idx_file(const std::string& part, const std::string& what, const std::string& rank) {
  NamedFile file{part + "-" + what, {}};
  for (const char* packing : {"", ".gz"}) {
    for (const char* separator : {"-", "."}) {
      file.names.push_back(part + "-" + what + separator + "idx" + rank + "-ubyte" + packing);
    }
  }
  return file;
}

}  // namespace

std::string gunzip(std::string_view bytes, std::string_view source, std::int64_t limit_bytes) {
  if (bytes.size() < 2 || bytes[0] != '\x1f' || bytes[1] != '\x8b') return std::string(bytes);
  z_stream stream{};
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) refuse(source, "zlib does not start");
  const auto close = [](z_stream* s) { inflateEnd(s); };
  const std::unique_ptr<z_stream, decltype(close)> guard(&stream, close);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string unpacked;
  std::array<char, 1 << 16> piece{};
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END)
      refuse(source, "the gzip data is truncated or damaged");
    unpacked.append(piece.data(), piece.size() - stream.avail_out);
    if (static_cast<std::int64_t>(unpacked.size()) > limit_bytes)
      refuse(source, "it unpacks to too much");
  }
  if (stream.avail_in != 0) refuse(source, "it has trailing bytes behind the gzip data");
  return unpacked;
}

ImageSet parse_idx_pair(std::string_view images, std::string_view images_source,
                        std::string_view labels, std::string_view labels_source,
                        std::int64_t classes) {
  const auto [samples, height, width] = idx_header<3>(images, images_source);
  const auto [label_count] = idx_header<1>(labels, labels_source);
  if (label_count != samples) {
    refuse(labels_source, "it has " + std::to_string(label_count) + " labels for " +
                              std::to_string(samples) + " images");
  }
  ImageSet set;
  set.samples = samples;
  set.channels = 1;
  set.height = height;
  set.width = width;
  set.pixels.assign(images.begin() + 16, images.end());
  for (char label : labels.substr(8)) {
    const auto value = static_cast<std::uint8_t>(label);
    if (value >= classes)
      refuse(labels_source, "label " + std::to_string(value) + " is out of range");
    set.labels.push_back(value);
  }
  return set;
}

void load_fashion_mnist(const std::filesystem::path& folder, DataSet& data, DataDigest& digest) {
  const std::vector<NamedFile> files = {
      idx_file("train", "images", "3"), idx_file("train", "labels", "1"),
      idx_file("t10k", "images", "3"), idx_file("t10k", "labels", "1")};
  // torchvision keeps its files in FashionMNIST/raw of its root, the authors in data/fashion.
  const std::vector<std::filesystem::path> paths = find_data_files(
      folder, {"", "raw", "FashionMNIST/raw", "FashionMNIST", "fashion-mnist", "data/fashion"},
      files, "Fashion-MNIST", "apt-get install dataset-fashion-mnist, or give --data-dir");
  const auto read = [&](std::size_t i) {
    const std::string source = paths[i].string();
    std::string bytes = gunzip(read_file(paths[i], largest_unpacked), source, largest_unpacked);
    digest.add_file(i < 2 ? "train" : "heldout", files[i].role, bytes);
    return bytes;
  };
  const auto load = [&](std::size_t first) {
    const std::string images = read(first), labels = read(first + 1);
    return parse_idx_pair(images, paths[first].string(), labels, paths[first + 1].string(),
                          data.classes);
  };
  data.train = load(0);
  data.heldout = load(2);
}

}  // namespace actscope::core
