// SPDX-License-Identifier: Apache-2.0
#include "data/image_codec.hpp"

#include <cstdio>  // jpeglib.h needs it and does not include it

#include <gmock/gmock.h>
#include <jpeglib.h>

#include <cstdlib>

#include "actscope/base/split_mix.hpp"
#include "png.hpp"

namespace actscope::core {
namespace {

using testing::HasSubstr;

// Smooth enough that a JPEG of it is close, and no row like another.
std::string picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  std::string pixels;
  for (std::int64_t i = 0; i < height * width; ++i) {
    for (std::int64_t c = 0; c < channels; ++c) {
      pixels += static_cast<char>((3 * (i / width) + 2 * (i % width) + 40 * c) % 200 + 20);
    }
  }
  return pixels;
}

struct JpegKind {
  int channels = 3;
  bool is_progressive = false;
};

std::string jpeg_of(int height, int width, const std::string& pixels, JpegKind kind = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_height = static_cast<JDIMENSION>(height);
  info.image_width = static_cast<JDIMENSION>(width);
  info.input_components = kind.channels;
  info.in_color_space = kind.channels == 1   ? JCS_GRAYSCALE
                        : kind.channels == 3 ? JCS_RGB
                                             : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  if (kind.is_progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  for (int row = 0; row < height; ++row) {
    auto* from = reinterpret_cast<unsigned char*>(
        const_cast<char*>(pixels.data() + std::ptrdiff_t{row} * width * kind.channels));
    jpeg_write_scanlines(&info, &from, 1);
  }
  jpeg_finish_compress(&info);
  std::string bytes(reinterpret_cast<const char*>(memory), size);
  jpeg_destroy_compress(&info);
  std::free(memory);
  return bytes;
}

std::string noise(std::size_t bytes) {
  SplitMix64 random(7);
  std::string text;
  while (text.size() < bytes) text += static_cast<char>(random.below(256));
  return text;
}

const std::string end_marker = "\xff\xd9";

// Behind the header of the first scan.
std::size_t scan_of(const std::string& jpeg) {
  const std::size_t at = jpeg.find("\xff\xda");
  EXPECT_NE(at, std::string::npos);
  return at + 14;
}

void expect_near(const Decoding& decoded, const std::string& pixels, int limit) {
  ASSERT_TRUE(decoded.image) << decoded.reason;
  ASSERT_EQ(decoded.image->pixels.size(), pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    ASSERT_NEAR(decoded.image->pixels[i], static_cast<std::uint8_t>(pixels[i]), limit) << i;
  }
}

TEST(ImageCodec, DecodesJpegOfEveryKindToRgb) {
  expect_near(decode_image(jpeg_of(24, 20, picture(24, 20, 3))), picture(24, 20, 3), 12);
  expect_near(decode_image(jpeg_of(24, 20, picture(24, 20, 3), {3, true})), picture(24, 20, 3), 12);
  const std::string gray = picture(9, 7, 1);
  std::string spread, inks;
  for (const char value : gray) {
    spread += std::string(3, value);
    inks += std::string(3, value) + '\xff';  // inverted inks, as Adobe writes them: no black
  }
  expect_near(decode_image(jpeg_of(9, 7, gray, {1, false})), spread, 6);
  expect_near(decode_image(jpeg_of(9, 7, inks, {4, false})), spread, 12);
}

// One row of two pixels in every color type: palettes and few bits are spread, alpha and the lower
// half of 16 bits left out.
TEST(ImageCodec, DecodesPngOfEveryKindToRgb) {
  constexpr char gray = 0, rgb = 2, palette = 3, gray_alpha = 4, rgba = 6;
  const auto decode = [](char depth, char color, const std::string& row,
                         const std::string& chunks = {}) {
    const Decoding decoded =
        decode_image(png_start(1, 2, depth, color) + chunks + png_chunk("IDAT", png_rows(1, row)) +
                     png_chunk("IEND", ""));
    return decoded.image ? std::string(decoded.image->pixels.begin(), decoded.image->pixels.end())
                         : decoded.reason;
  };
  EXPECT_EQ(decode(1, gray, "\x80"), "\xff\xff\xff" + std::string(3, '\0'));
  EXPECT_EQ(decode(4, gray, "\x1f"), "\x11\x11\x11\xff\xff\xff");
  EXPECT_EQ(decode(8, gray, "ab"), "aaabbb");
  EXPECT_EQ(decode(16, gray, "a1b2"), "aaabbb");
  EXPECT_EQ(decode(8, gray_alpha, "a1b2"), "aaabbb");
  EXPECT_EQ(decode(8, rgb, "abcdef"), "abcdef");
  EXPECT_EQ(decode(16, rgb, "a1b2c3d4e5f6"), "abcdef");
  EXPECT_EQ(decode(8, rgba, "abc1def2"), "abcdef");
  const std::string colors = png_chunk("PLTE", "abcdef");
  EXPECT_EQ(decode(1, palette, "\x40", colors), "abcdef");
  EXPECT_EQ(decode(8, palette, std::string("\1\0", 2), colors + png_chunk("tRNS", "x")), "defabc");
}

TEST(ImageCodec, EveryPrefixOfAJpegIsRefusedWithOrWithoutAnEndMarker) {
  for (const bool is_progressive : {false, true}) {
    const std::string whole = jpeg_of(24, 20, picture(24, 20, 3), {3, is_progressive});
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
      EXPECT_FALSE(decode_image(whole.substr(0, cut)).image) << cut;
      if (cut + end_marker.size() >= whole.size()) continue;
      const Decoding ended = decode_image(whole.substr(0, cut) + end_marker);
      EXPECT_FALSE(ended.image) << cut;
      EXPECT_NE(ended.reason, "") << cut;
    }
  }
}

TEST(ImageCodec, ZerosAndNoiseInTheScanAreFound) {
  const std::string whole = jpeg_of(48, 48, noise(3 * 48 * 48));
  const std::size_t scan = scan_of(whole), middle = (scan + whole.size()) / 2;
  const std::size_t rest = whole.size() - end_marker.size() - middle;
  std::string zeros = whole, noisy = whole;
  zeros.replace(middle, rest, rest, '\0');
  EXPECT_FALSE(decode_image(zeros).image);
  noisy.replace(middle, rest / 2, noise(rest / 2));
  EXPECT_FALSE(decode_image(noisy).image);
  EXPECT_THAT(decode_image(zeros).reason, HasSubstr("Corrupt JPEG data"));
  EXPECT_TRUE(decode_image(whole).image);
}

TEST(ImageCodec, RemarksAboutAHeaderAreNoDamage) {
  std::string future = jpeg_of(24, 20, picture(24, 20, 3));
  const std::size_t version = future.find("JFIF") + 5;
  future[version] = 7;  // a revision that the library does not know
  expect_near(decode_image(future), picture(24, 20, 3), 12);
}

TEST(ImageCodec, EveryFlippedBitOfAPngIsFound) {
  const std::string whole = png_of(6, 5, picture(6, 5, 3));
  expect_near(decode_image(whole), picture(6, 5, 3), 0);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_image(damaged).image) << bit;
  }
}

TEST(ImageCodec, PixelsThatAPngLacksOrContradictsAreFound) {
  const std::string pixels = picture(6, 5, 3), data = png_data(6, 5, pixels);
  const auto with = [&](const std::string& idat) {
    return decode_image(png_start(6, 5) + png_chunk("IDAT", idat) + png_chunk("IEND", ""));
  };
  expect_near(with(data), pixels, 0);
  for (std::size_t cut = 0; cut < data.size(); ++cut) {
    EXPECT_FALSE(with(data.substr(0, cut)).image) << cut;
  }
  std::string sum = data;
  sum.back() = static_cast<char>(sum.back() ^ 1);  // zlib's own checksum
  EXPECT_FALSE(with(sum).image);
  EXPECT_FALSE(with(png_data(9, 5, picture(9, 5, 3))).image) << "more rows than the header says";
}

TEST(ImageCodec, OddProfilesOfAPngAreNoDamage) {
  const std::string pixels = picture(6, 5, 3);
  const std::string odd = png_chunk("iCCP", std::string("name\0\0not packed", 16)) +
                          png_chunk("gAMA", std::string(4, '\0'));
  expect_near(decode_image(png_start(6, 5) + odd + png_chunk("IDAT", png_data(6, 5, pixels)) +
                           png_chunk("IEND", "")),
              pixels, 0);
}

TEST(ImageCodec, NothingIsPrintedOfDamagedFiles) {
  std::string jpeg = jpeg_of(48, 48, noise(3 * 48 * 48));
  jpeg.resize(jpeg.size() / 2);
  std::string png = png_of(6, 5, picture(6, 5, 3));
  png[png.size() - 20] ^= 1;
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const std::string& bytes : {jpeg, jpeg + end_marker, png}) (void)decode_image(bytes);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(ImageCodec, SaysWhatAFileIsInstead) {
  EXPECT_EQ(decode_image("").reason, "it is empty");
  EXPECT_EQ(decode_image("<html>").reason, "neither JPEG nor PNG");
  EXPECT_THAT(decode_image("RIFF....WEBPVP8 ").reason, HasSubstr("WebP"));
  EXPECT_THAT(decode_image("GIF89a").reason, HasSubstr("GIF"));
}

// What a few bytes may claim is not allocated.
TEST(ImageCodec, RefusesSizesThatNoImageHas) {
  EXPECT_THAT(decode_image(png_start(1U << 19, 1U << 19) + png_chunk("IDAT", "x")).reason,
              HasSubstr("too many pixels"));
  EXPECT_FALSE(decode_image(png_start(1U << 30, 1)).image);
  std::string wide = jpeg_of(8, 8, picture(8, 8, 3));
  const std::size_t frame = wide.find("\xff\xc0") + 5;
  wide.replace(frame, 4, "\xff\xdc\xff\xdc");
  EXPECT_THAT(decode_image(wide).reason, HasSubstr("too many pixels"));
}

// Hostile bytes: any answer will do that is none of the sanitizers'.
TEST(ImageCodec, SurvivesDamageOfAnyKind) {
  SplitMix64 random(11);
  for (const std::string& whole :
       {jpeg_of(24, 20, picture(24, 20, 3)), jpeg_of(24, 20, picture(24, 20, 3), {3, true}),
        jpeg_of(24, 20, picture(24, 20, 4), {4, false}), png_of(6, 5, picture(6, 5, 3))}) {
    for (int round = 0; round < 500; ++round) {
      std::string damaged = whole;
      for (std::uint64_t i = random.below(6) + 1; i > 0; --i) {
        damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      }
      const Decoding decoded = decode_image(damaged);
      EXPECT_EQ(decoded.image.has_value(), decoded.reason.empty());
    }
  }
}

}  // namespace
}  // namespace actscope::core
