// SPDX-License-Identifier: Apache-2.0
#include "data/data_digest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace actscope::core {
namespace {

std::string digest_of(const auto& feed) {
  DataDigest digest;
  feed(digest);
  return digest.hex_digest();
}

TEST(DataDigest, TellsPartsNamesSizesOrderAndClassesApart) {
  std::set<std::string> digests;
  const auto add = [&](const auto& feed) {
    EXPECT_TRUE(digests.insert(digest_of(feed)).second) << digests.size();
  };
  add([](DataDigest&) {});
  add([](DataDigest& d) { d.add_classes({"a", "b"}); });
  add([](DataDigest& d) { d.add_classes({"b", "a"}); });
  add([](DataDigest& d) { d.add_classes({"ab"}); });
  add([](DataDigest& d) { d.add_name("train", "a", 12); });
  add([](DataDigest& d) { d.add_name("heldout", "a", 12); });
  add([](DataDigest& d) { d.add_name("train", "a", 1); });
  add([](DataDigest& d) { d.add_name("train", "a\n", 12); });
  add([](DataDigest& d) {
    d.add_name("train", "a", 1);
    d.add_name("train", "b", 1);
  });
  add([](DataDigest& d) {
    d.add_name("train", "b", 1);
    d.add_name("train", "a", 1);
  });
  // A record moved from the end of one file to the beginning of the next.
  add([](DataDigest& d) {
    d.add_file("train", "a", "one two ");
    d.add_file("heldout", "b", "three");
  });
  add([](DataDigest& d) {
    d.add_file("train", "a", "one ");
    d.add_file("heldout", "b", "two three");
  });
  EXPECT_EQ(digest_of([](DataDigest&) {}), digest_of([](DataDigest&) {}));
}

}  // namespace
}  // namespace actscope::core
