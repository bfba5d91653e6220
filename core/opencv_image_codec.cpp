// SPDX-License-Identifier: Apache-2.0
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include <new>

#include "image_codec.hpp"

namespace actscope::core {

bool is_image_codec_built() noexcept {
  return true;
}

std::optional<RgbImage> decode_image(std::string_view bytes) {
  // What is wrong with a file is told once, by its name.
  static const auto quiet = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  (void)quiet;
  if (bytes.empty() || (bytes.starts_with("\xff\xd8") && !is_whole_jpeg(bytes))) return {};
  try {
    const cv::Mat packed(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    const cv::Mat image =
        cv::imdecode(packed, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);  // blue first
    if (image.empty() || image.type() != CV_8UC3) return {};
    RgbImage result{image.rows, image.cols, {}};
    result.pixels.resize(static_cast<std::size_t>(image.rows) * 3 *
                         static_cast<std::size_t>(image.cols));
    std::uint8_t* to = result.pixels.data();
    for (int row = 0; row < image.rows; ++row) {
      const std::uint8_t* from = image.ptr(row);
      for (int col = 0; col < image.cols; ++col, from += 3, to += 3) {
        to[0] = from[2];
        to[1] = from[1];
        to[2] = from[0];
      }
    }
    return result;
  } catch (const cv::Exception&) {  // dimensions beyond its limits
    return {};
  } catch (const std::bad_alloc&) {  // or beyond memory: a small file may claim a large image
    return {};
  }
}

}  // namespace actscope::core
