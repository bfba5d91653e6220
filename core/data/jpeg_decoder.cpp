// SPDX-License-Identifier: Apache-2.0
// JPEG by libjpeg. OpenCV decodes with the same library but hides its warnings, and nothing else
// tells that a scan is damaged.
#include <cstdio>  // jpeglib.h needs it and does not include it

#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>

#include "data/image_codec.hpp"

namespace actscope::core {
namespace {

// A file of kilobytes may hold scans that take hours: libjpeg-turbo's advice on hostile files.
constexpr int most_scans = 500;

struct ErrorState {
  jpeg_error_mgr manager;  // first: libjpeg hands out its address
  std::jmp_buf escape;
  char text[JMSG_LENGTH_MAX];
};

ErrorState& state_of(j_common_ptr info) {
  return *reinterpret_cast<ErrorState*>(info->err);
}

void give_up(j_common_ptr info) {
  (*info->err->format_message)(info, state_of(info).text);
  std::longjmp(state_of(info).escape, 1);
}

// Warnings have a negative level, remarks another.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  if (code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR) give_up(info);
}

void on_progress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most_scans) return;
  std::snprintf(state_of(info).text, JMSG_LENGTH_MAX, "it has more than %d scans", most_scans);
  std::longjmp(state_of(info).escape, 1);
}

// What libjpeg works on, and where it writes; released whatever way decoding ends.
struct Decoder {
  Decoder() {
    info.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = give_up;
    errors.manager.emit_message = on_message;
    progress.progress_monitor = on_progress;
  }
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  ErrorState errors{};
  jpeg_progress_mgr progress{};
  jpeg_decompress_struct info{};
  RgbImage image;
  std::vector<std::uint8_t> row;  // of four inks
};

// Inks as Adobe writes them, inverted: more is lighter.
void to_rgb(const std::vector<std::uint8_t>& inks, std::uint8_t* to) {
  for (std::size_t at = 0; at + 3 < inks.size(); at += 4) {
    const int black = inks[at + 3];
    for (std::size_t i = 0; i < 3; ++i) {
      *to++ = static_cast<std::uint8_t>(black - ((255 - inks[at + i]) * black >> 8));
    }
  }
}

bool read_header(Decoder& decoder, std::string_view bytes) {
  jpeg_decompress_struct& info = decoder.info;
  if (setjmp(decoder.errors.escape) != 0) return false;
  jpeg_create_decompress(&info);
  info.progress = &decoder.progress;
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_RGB;
  return true;
}

// A progressive file sends every coefficient in several scans, the last of which leaves 0 bits to
// come. One that is cut between scans decodes to a blurred picture without a warning.
bool has_all_scans(const jpeg_decompress_struct& info) {
  if (info.coef_bits == nullptr) return true;
  for (int component = 0; component < info.num_components; ++component) {
    for (int i = 0; i < DCTSIZE2; ++i) {
      if (info.coef_bits[component][i] != 0) return false;
    }
  }
  return true;
}

// No object with a destructor lives in here: errors leave by longjmp.
bool read_rows(Decoder& decoder) {
  jpeg_decompress_struct& info = decoder.info;
  if (setjmp(decoder.errors.escape) != 0) return false;
  jpeg_start_decompress(&info);  // reads all of a progressive file
  if (!has_all_scans(info)) {
    std::snprintf(decoder.errors.text, JMSG_LENGTH_MAX, "it lacks scans");
    return false;
  }
  const std::size_t stride = std::size_t{3} * info.output_width;
  while (info.output_scanline < info.output_height) {
    std::uint8_t* to = decoder.image.pixels.data() + stride * info.output_scanline;
    std::uint8_t* row = decoder.row.empty() ? to : decoder.row.data();
    jpeg_read_scanlines(&info, &row, 1);
    if (!decoder.row.empty()) to_rgb(decoder.row, to);
  }
  jpeg_finish_decompress(&info);  // warns where the end marker is missing
  return true;
}

}  // namespace

Decoding decode_jpeg(std::string_view bytes) {
  Decoder decoder;
  if (!read_header(decoder, bytes)) return {{}, decoder.errors.text};
  RgbImage& image = decoder.image;
  image.height = decoder.info.image_height;
  image.width = decoder.info.image_width;
  if (image.height * image.width > most_image_pixels) return {{}, "it claims too many pixels"};
  image.pixels.resize(static_cast<std::size_t>(3 * image.height * image.width));
  if (decoder.info.out_color_space == JCS_CMYK) {
    decoder.row.resize(static_cast<std::size_t>(4 * image.width));
  }
  if (!read_rows(decoder)) return {{}, decoder.errors.text};
  return {std::move(image), {}};
}

}  // namespace actscope::core
