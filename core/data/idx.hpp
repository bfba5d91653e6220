// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "actscope/core/data/dataset.hpp"
#include "data/data_digest.hpp"

namespace actscope::core {

/// Unpacks gzip bytes; bytes that do not begin as gzip come back as they are.
/// Errors  DataError: truncated or damaged, or more than `limit_bytes` unpacked
std::string gunzip(std::string_view bytes, std::string_view source, std::int64_t limit_bytes);

/// A pair of IDX files (images: magic 0x803, labels: magic 0x801), each plain or gzip.
/// Source  yann.lecun.com/exdb/mnist: the IDX format, big-endian lengths
/// Errors  DataError: another magic, lengths that disagree with the bytes, counts that disagree,
///         labels at or above `classes`
ImageSet parse_idx_pair(std::string_view images, std::string_view images_source,
                        std::string_view labels, std::string_view labels_source,
                        std::int64_t classes);

/// Fashion-MNIST from a folder or a known subfolder of it, as torchvision's FashionMNIST/raw:
/// train-images-idx3-ubyte or train-images.idx3-ubyte, each also .gz, and kin. Digests the
/// unpacked bytes, so packed files and plain ones are the same data.
/// Errors  DataError: as parse_idx_pair; a file is missing (says what was looked for, what lies
///         there, and the Debian package)
void load_fashion_mnist(const std::filesystem::path& folder, DataSet& data, DataDigest& digest);

}  // namespace actscope::core
