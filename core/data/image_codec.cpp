// SPDX-License-Identifier: Apache-2.0
#include "data/image_codec.hpp"

#include <new>
#include <utility>

namespace actscope::core {
namespace {

// The format of a file that has the name of a JPEG or PNG and is neither, by its first bytes.
std::string other_format(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("RIFF") && bytes.substr(0, 12).ends_with("WEBP")) return "WebP";
  if (bytes.substr(0, 8).ends_with("ftyp")) return "HEIF or AVIF";
  for (const auto& [start, name] :
       {std::pair{"GIF8"sv, "GIF"}, {"BM"sv, "BMP"}, {"II*\0"sv, "TIFF"}, {"MM\0*"sv, "TIFF"}}) {
    if (bytes.starts_with(start)) return name;
  }
  return {};
}

}  // namespace

bool is_image_codec_built() noexcept {
  return true;
}

Decoding decode_image(std::string_view bytes) {
  try {
    if (bytes.starts_with("\xff\xd8")) return decode_jpeg(bytes);
    if (bytes.starts_with("\x89PNG")) return decode_png(bytes);
  } catch (const std::bad_alloc&) {
    return {{}, "not enough memory for its size"};
  }
  if (bytes.empty()) return {{}, "it is empty"};
  const std::string other = other_format(bytes);
  return {{}, other.empty() ? "neither JPEG nor PNG" : "it is " + other + ", not JPEG or PNG"};
}

}  // namespace actscope::core
