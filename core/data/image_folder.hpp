// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "actscope/core/data/dataset.hpp"
#include "data/data_digest.hpp"

namespace actscope::core {

/// The classes of a folder with train/ and val/ (or val/ alone): their subfolders, sorted by bytes,
/// leftovers of other programs aside. A class's place in this list is its label.
/// Errors  DataError: no such folder, or no classes in it
std::vector<std::string> image_classes(const std::filesystem::path& folder);

/// Lists train/CLASS/… and val/CLASS/… (.jpg, .jpeg, .png, in any case; subfolders and links too),
/// sorted by path; nothing is decoded. Digests classes, and parts, names and sizes of the files.
/// What a user should know of classes without images and of links goes to data.notes.
/// Errors  DataError: as image_classes; a part is missing or has no images, a class of val/ is none
///         of train/; BackendNotBuilt: the build decodes no images
void load_image_folder(const std::filesystem::path& folder, DataPart part, std::int64_t image_size,
                       DataSet& data, DataDigest& digest);

}  // namespace actscope::core
