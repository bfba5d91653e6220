// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "actscope/core/data/dataset.hpp"
#include "data/data_digest.hpp"

namespace actscope::core {

/// Appends the records of one binary CIFAR file: `label_bytes` (1 for CIFAR-10; 2 for CIFAR-100,
/// coarse then fine, the last one counts), then 3072 pixels, red, green, blue planes of 32×32.
/// Source  www.cs.toronto.edu/~kriz/cifar.html, "Binary version"
/// Errors  DataError: not a whole number of records, none, or a label at or above `classes`
void append_cifar_records(std::string_view bytes, std::string_view source, std::int64_t label_bytes,
                          std::int64_t classes, ImageSet& set);

/// data_batch_1…5.bin and test_batch.bin (10 classes) or train.bin and test.bin (100 classes), in
/// a folder or in the subfolder that the archive unpacks to.
/// Errors  DataError: as append_cifar_records; a file is missing (says what was looked for and what
///         lies there)
void load_cifar(const std::filesystem::path& folder, DataSet& data, DataDigest& digest);

}  // namespace actscope::core
