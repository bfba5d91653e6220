// SPDX-License-Identifier: Apache-2.0
#include "image_codec.hpp"

namespace actscope::core {

bool is_whole_jpeg(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  std::size_t place = 2;  // behind the start marker
  while (place + 4 <= bytes.size()) {
    if (at(place) != 0xff) return false;
    const std::uint8_t marker = at(place + 1);
    if (marker == 0xff) {  // filling
      ++place;
      continue;
    }
    // Thumbnails in the segments before the scan have end markers of their own.
    if (marker == 0xda) return bytes.find("\xff\xd9", place) != std::string_view::npos;
    place += 2 + (std::size_t{at(place + 2)} << 8 | at(place + 3));
  }
  return false;
}

}  // namespace actscope::core
