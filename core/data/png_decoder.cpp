// SPDX-License-Identifier: Apache-2.0
// PNG by libpng, which would print its warnings and errors: they are caught here.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include "data/image_codec.hpp"

namespace actscope::core {
namespace {

constexpr std::uint32_t longest_side = 1U << 20;

struct Decoder {
  explicit Decoder(std::string_view file);
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  std::string_view rest;  // of the file, not yet read
  char text[256] = "not enough memory for its decoder";
  png_structp png = nullptr;
  png_infop info = nullptr;
  RgbImage image;
  std::vector<png_bytep> rows;
};

void on_error(png_structp png, png_const_charp message) {
  auto& decoder = *static_cast<Decoder*>(png_get_error_ptr(png));
  std::snprintf(decoder.text, sizeof decoder.text, "%s", message);
  png_longjmp(png, 1);
}

// Profiles and texts that libpng finds odd (many sRGB profiles are) say nothing of the pixels.
void on_warning(png_structp png, png_const_charp message) {
  if (std::strncmp(message, "IDAT", 4) == 0) on_error(png, message);
}

void on_read(png_structp png, png_bytep to, std::size_t bytes) {
  auto& decoder = *static_cast<Decoder*>(png_get_io_ptr(png));
  if (decoder.rest.size() < bytes) on_error(png, "it is truncated");
  std::memcpy(to, decoder.rest.data(), bytes);
  decoder.rest.remove_prefix(bytes);
}

Decoder::Decoder(std::string_view file)
    : rest(file), png(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)) {
  if (png != nullptr) info = png_create_info_struct(png);
}

// 8 bits of red, green and blue from whatever the file has.
void ask_for_rgb(png_structp png, png_infop info) {
  const int color = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  if (depth == 16) png_set_strip_16(png);
  png_set_strip_alpha(png);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if ((color & PNG_COLOR_MASK_COLOR) == 0) {
    if (depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    png_set_gray_to_rgb(png);
  }
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

bool read_header(Decoder& decoder) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_set_read_fn(decoder.png, &decoder, on_read);
  png_set_user_limits(decoder.png, longest_side, longest_side);
  png_set_crc_action(decoder.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_read_info(decoder.png, decoder.info);
  ask_for_rgb(decoder.png, decoder.info);
  return true;
}

// No object with a destructor lives in here: errors leave by longjmp.
bool read_rows(Decoder& decoder) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_read_image(decoder.png, decoder.rows.data());
  png_read_end(decoder.png, nullptr);
  return true;
}

}  // namespace

Decoding decode_png(std::string_view bytes) {
  Decoder decoder(bytes);
  if (decoder.info == nullptr || !read_header(decoder)) return {{}, decoder.text};
  RgbImage& image = decoder.image;
  image.height = png_get_image_height(decoder.png, decoder.info);
  image.width = png_get_image_width(decoder.png, decoder.info);
  const auto stride = static_cast<std::size_t>(3 * image.width);
  if (image.height * image.width > most_image_pixels) return {{}, "it claims too many pixels"};
  if (png_get_rowbytes(decoder.png, decoder.info) != stride) return {{}, "no rows of RGB"};
  image.pixels.resize(stride * static_cast<std::size_t>(image.height));
  decoder.rows.resize(static_cast<std::size_t>(image.height));
  for (std::size_t row = 0; row < decoder.rows.size(); ++row) {
    decoder.rows[row] = image.pixels.data() + row * stride;
  }
  if (!read_rows(decoder)) return {{}, decoder.text};
  return {std::move(image), {}};
}

}  // namespace actscope::core
