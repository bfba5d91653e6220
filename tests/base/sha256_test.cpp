// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/sha256.hpp"

#include <gtest/gtest.h>

#include "actscope/base/error.hpp"

namespace actscope {
namespace {

std::string digest_of(const std::string& text) {
  Sha256 digest;
  digest.update(text);
  return digest.hex_digest();
}

// FIPS 180-4 examples.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest_of(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheDigestOfTheWhole) {
  const std::string text(300, 'x');
  Sha256 pieces;
  for (std::size_t at = 0; at < text.size(); at += 7) pieces.update(text.substr(at, 7));
  EXPECT_EQ(pieces.hex_digest(), digest_of(text));
}

TEST(Sha256, ASpentObjectTakesNothingMore) {
  Sha256 digest;
  digest.hex_digest();
  EXPECT_THROW(digest.update("abc"), Error);
  EXPECT_THROW(digest.hex_digest(), Error);
}

}  // namespace
}  // namespace actscope
