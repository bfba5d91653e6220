// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

namespace actscope::core {

inline std::string big_endian_bytes(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

/// A chunk with its length and checksum.
inline std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian_bytes(static_cast<std::uint32_t>(data.size())) + body +
         big_endian_bytes(static_cast<std::uint32_t>(sum));
}

/// Everything before the pixels of a PNG; by default of 8-bit RGB.
inline std::string png_start(std::uint32_t height, std::uint32_t width, char depth = 8,
                             char color = 2) {
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big_endian_bytes(width) + big_endian_bytes(height) + depth + color +
                               std::string(3, '\0'));
}

/// What stands in the chunk IDAT for rows of bytes, one behind the other.
inline std::string png_rows(std::uint32_t height, const std::string& bytes) {
  std::string rows;
  const std::size_t stride = bytes.size() / height;
  for (std::uint32_t row = 0; row < height; ++row)
    rows += '\0' + bytes.substr(row * stride, stride);
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  packed.resize(size);
  return packed;
}

/// The same for 8-bit RGB pixels [height, width, 3].
inline std::string png_data(std::uint32_t height, std::uint32_t width, const std::string& pixels) {
  return png_rows(height, pixels.substr(0, std::size_t{3} * height * width));
}

/// A PNG of 8-bit RGB pixels [height, width, 3].
inline std::string png_of(std::uint32_t height, std::uint32_t width, const std::string& pixels) {
  return png_start(height, width) + png_chunk("IDAT", png_data(height, width, pixels)) +
         png_chunk("IEND", "");
}

/// One of a single color.
inline std::string plain_png(std::uint32_t height, std::uint32_t width, char value) {
  return png_of(height, width, std::string(std::size_t{3} * height * width, value));
}

}  // namespace actscope::core
