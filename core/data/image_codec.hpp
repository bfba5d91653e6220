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

/// An image, or why there is none.
struct Decoding {
  std::optional<RgbImage> image;
  std::string reason;  ///< empty where there is an image
};

/// More than any photograph has: a small damaged file may claim any size.
inline constexpr std::int64_t most_image_pixels = std::int64_t{1} << 28;

/// Whether this build decodes JPEG and PNG.
bool is_image_codec_built() noexcept;

/// The image in the bytes of a JPEG or PNG file, told apart by their first bytes; gray is spread to
/// three channels, alpha and EXIF's orientation are ignored. No image where the bytes are
/// truncated, of another format, or where the decoder warns of damage: decoders fill what is
/// missing with gray. Nothing is printed.
/// Errors  BackendNotBuilt: the build has no libjpeg or no libpng
Decoding decode_image(std::string_view bytes);

/// The same for bytes that begin as a JPEG. Warnings of the decoder count, but for those about the
/// version of a header; a JPEG has no checksum, so damage that decodes as another picture stays
/// unseen.
Decoding decode_jpeg(std::string_view bytes);

/// The same for bytes that begin as a PNG. Every chunk's checksum counts, and warnings about
/// pixels; those about color profiles and texts do not.
Decoding decode_png(std::string_view bytes);

}  // namespace actscope::core
