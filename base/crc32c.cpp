// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/crc32c.hpp"

#include <array>

namespace actscope {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // bits in reverse order
constexpr std::size_t slices = 8;

// tables[n][b]: what byte b does to the checksum when n bytes follow it.
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? polynomial : 0);
    tables[0][byte] = value;
  }
  for (std::size_t n = 1; n < slices; ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t one = tables[n - 1][byte];
      tables[n][byte] = one >> 8 ^ tables[0][one & 0xff];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  const auto byte = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
  std::uint32_t value = ~before;
  std::size_t at = 0;
  for (; at + slices <= bytes.size(); at += slices) {
    value ^= byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
    value = tables[7][value & 0xff] ^ tables[6][value >> 8 & 0xff] ^ tables[5][value >> 16 & 0xff] ^
            tables[4][value >> 24] ^ tables[3][byte(at + 4)] ^ tables[2][byte(at + 5)] ^
            tables[1][byte(at + 6)] ^ tables[0][byte(at + 7)];
  }
  for (; at < bytes.size(); ++at) value = value >> 8 ^ tables[0][(value ^ byte(at)) & 0xff];
  return ~value;
}

}  // namespace actscope
