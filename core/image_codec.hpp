// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace actscope::core {

/// An image of 8 bits a channel: row-major [height, width, 3], red first.
struct RgbImage {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> pixels;
};

/// Whether this build decodes JPEG and PNG.
bool is_image_codec_built() noexcept;

/// The image in the bytes of a file; gray is spread to three channels, alpha and EXIF's orientation
/// are ignored. Nothing where the bytes are truncated, damaged or no image.
/// Errors  BackendNotBuilt: the build has no OpenCV
std::optional<RgbImage> decode_image(std::string_view bytes);

/// Whether the bytes of a JPEG go on to its end marker; decoders fill what is missing with gray.
bool is_whole_jpeg(std::string_view bytes);

}  // namespace actscope::core
