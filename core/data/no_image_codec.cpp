// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/error.hpp"
#include "data/image_codec.hpp"

namespace actscope::core {

bool is_image_codec_built() noexcept {
  return false;
}

Decoding decode_image(std::string_view) {
  throw BackendNotBuilt(error_text("image folders were asked for",
                                   "this build has no libjpeg or no libpng",
                                   "install libjpeg-dev and libpng-dev and build again"));
}

}  // namespace actscope::core
