// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace actscope {
namespace {

std::uint32_t of(const std::string& text) {
  return crc32c(std::as_bytes(std::span(text)));
}

TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(of(""), 0U);
  EXPECT_EQ(of("a"), 0xc1d04330U);
  EXPECT_EQ(of("123456789"), 0xe3069283U);
  EXPECT_EQ(of(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(of(std::string(32, '\xff')), 0x62a8ab43U);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  EXPECT_EQ(of(rising), 0x46dd794eU);
}

TEST(Crc32c, GoesOnWhereItStopped) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  const auto bytes = std::as_bytes(std::span(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(bytes.subspan(cut), crc32c(bytes.first(cut))), crc32c(bytes));
  }
}

TEST(Crc32c, SeesEveryFlippedBit) {
  std::string text = "0123456789abcdefghi";
  const std::uint32_t whole = of(text);
  for (char& c : text) {
    for (int bit = 0; bit < 8; ++bit) {
      c = static_cast<char>(c ^ 1 << bit);
      EXPECT_NE(of(text), whole);
      c = static_cast<char>(c ^ 1 << bit);
    }
  }
}

}  // namespace
}  // namespace actscope
