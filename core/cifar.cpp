// SPDX-License-Identifier: Apache-2.0
#include "cifar.hpp"

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope::core {
namespace {

constexpr std::int64_t side = 32;
constexpr std::int64_t pixels_a_record = 3 * side * side;

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
  set.height = set.width = side;
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

void load_cifar(const std::filesystem::path& folder, DataSet& data, Sha256& digest) {
  const bool is_hundred = data.classes == 100;
  const auto append = [&](const std::string& name, ImageSet& set) {
    const std::filesystem::path path = folder / name;
    std::error_code code;
    if (!std::filesystem::exists(path, code)) {
      throw DataError(error_text(
          data.name + " is not there", path.string() + " does not exist",
          std::string("give --data-dir with the binary version: ") +
              (is_hundred ? "train.bin, test.bin" : "data_batch_1.bin to 5, test_batch.bin")));
    }
    const std::string bytes = read_file(path);
    digest.update(bytes);
    append_cifar_records(bytes, path.string(), is_hundred ? 2 : 1, data.classes, set);
  };
  if (is_hundred) {
    append("train.bin", data.train);
    append("test.bin", data.heldout);
    return;
  }
  for (int i = 1; i <= 5; ++i) append("data_batch_" + std::to_string(i) + ".bin", data.train);
  append("test_batch.bin", data.heldout);
}

}  // namespace actscope::core
