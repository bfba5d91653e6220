// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "actscope/base/run_config.hpp"

namespace actscope::core {

/// Images held as bytes, row-major [samples, channels, height, width], or named by files that are
/// decoded to that shape batch by batch; labels beside them.
struct ImageSet {
  std::int64_t samples = 0;
  std::int64_t channels = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> pixels;  ///< empty where there are files
  std::vector<std::string> files;    ///< empty where there are pixels
  std::vector<std::int64_t> labels;
};

/// A data set split in two; held-out images are never trained on.
struct DataSet {
  std::string name;
  ImageSet train;
  ImageSet heldout;
  std::int64_t classes = 0;
  std::vector<float> mean;  ///< per channel, of pixels scaled to 0…1
  std::vector<float> stddev;
  bool flips = true;               ///< whether a mirrored image keeps its meaning
  std::string sha256;              ///< of the files read, or of the generator's description
  std::vector<std::string> notes;  ///< what a user should know of it, a line each
};

/// fashion-mnist, cifar10, cifar100, imagefolder, synthetic.
const std::vector<std::string>& data_set_names();

/// Whether this build reads image folders. Loading one without that raises an error that says what
/// to install.
bool is_image_folder_built() noexcept;

/// What `load_data` would give, without reading the images: enough to size a model.
struct DataShape {
  std::int64_t channels = 0;
  std::int64_t image_size = 0;
  std::int64_t classes = 0;
};

/// fashion-mnist 1×28×28, 10 classes; cifar10, cifar100 3×32×32; synthetic: as config.image_size
/// (default 28), 3 channels, config.classes (default 10); imagefolder: as config.image_size
/// (default 224), 3 channels, as many classes as there are subfolders (config.classes where no
/// folder is named).
/// Errors  ConfigError: unknown data set name, with those that exist;
///         DataError: no classes in the image folder
DataShape data_shape(const RunConfig& config);

/// Which part of a data set is wanted; `heldout` leaves the training images out where it can.
enum class DataPart { both, heldout };

/// Reads (or generates) the data set of a configuration and keeps the first train_samples and
/// heldout_samples; of an image folder as many, evenly spread, so that every class is met.
/// Errors  ConfigError: unknown name, more samples asked than there are; DataError: a file is
///         missing, truncated, not of the format, or holds labels out of range (the file is named,
///         and for a missing one the package or address that has it)
DataSet load_data(const RunConfig& config, const DataShape& shape, DataPart part = DataPart::both);

}  // namespace actscope::core
