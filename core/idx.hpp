// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "actscope/base/sha256.hpp"
#include "actscope/core/dataset.hpp"

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

/// Fashion-MNIST from a folder: train-images-idx3-ubyte[.gz] and kin. Digests what it reads.
/// Errors  DataError: as parse_idx_pair; a file is missing (names the Debian package)
void load_fashion_mnist(const std::filesystem::path& folder, DataSet& data, Sha256& digest);

}  // namespace actscope::core
