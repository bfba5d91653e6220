// SPDX-License-Identifier: Apache-2.0
#include "data/cifar.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"
#include "data/data_files.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t image_side = 32;
constexpr std::int64_t pixels_a_record = 3 * image_side * image_side;

}  // namespace

void append_cifar_records(std::string_view bytes, std::string_view source, std::int64_t label_bytes,
                          std::int64_t classes, ImageSet& set) {
  const auto refuse = [&](const std::string& why) {
    throw DataError(error_text("cannot use " + std::string(source), why,
                               "fetch the binary version of the data set again"));
  };
  const auto record = static_cast<std::size_t>(label_bytes + pixels_a_record);
  if (bytes.empty() || bytes.size() % record != 0) {
    refuse("it is truncated or not CIFAR: " + std::to_string(bytes.size()) +
           " bytes are no whole number of records of " + std::to_string(record));
  }
  set.channels = 3;
  set.height = set.width = image_side;
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    const auto label =
        static_cast<std::uint8_t>(bytes[at + static_cast<std::size_t>(label_bytes) - 1]);
    if (label >= classes) refuse("label " + std::to_string(label) + " is out of range");
    const std::string_view pixels =
        bytes.substr(at + static_cast<std::size_t>(label_bytes), pixels_a_record);
    set.pixels.insert(set.pixels.end(), pixels.begin(), pixels.end());
    set.labels.push_back(label);
    ++set.samples;
  }
}

void load_cifar(const std::filesystem::path& folder, DataSet& data, DataDigest& digest) {
  const bool is_hundred = data.classes == 100;
  std::vector<NamedFile> files;
  if (is_hundred) {
    files.push_back({"train", {"train.bin"}});
  } else {
    for (const char* name :
         {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"}) {
      files.push_back({name, {name + std::string(".bin")}});
    }
  }
  const std::string heldout = is_hundred ? "test" : "test_batch";
  files.push_back({heldout, {heldout + ".bin"}});
  const std::vector<std::filesystem::path> paths = find_data_files(
      folder, {"", is_hundred ? "cifar-100-binary" : "cifar-10-batches-bin"}, files, data.name,
      std::string("give --data-dir with the binary version (torchvision keeps Python's): ") +
          (is_hundred ? "train.bin, test.bin" : "data_batch_1.bin to 5, test_batch.bin"));
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool is_heldout = i + 1 == files.size();
    const std::string bytes = read_file(paths[i]);
    digest.add_file(is_heldout ? "heldout" : "train", files[i].role, bytes);
    append_cifar_records(bytes, paths[i].string(), is_hundred ? 2 : 1, data.classes,
                         is_heldout ? data.heldout : data.train);
  }
}

}  // namespace actscope::core
