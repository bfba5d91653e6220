// SPDX-License-Identifier: Apache-2.0
#include "tensors/dense_library.hpp"

#include <gtest/gtest.h>

namespace actscope::core {
namespace {

constexpr DenseProcessor amd{.is_intel = false, .has_avx512 = true, .has_onednn = true};

TEST(DenseLibrary, OneDnnIsForProcessorsThatAreNotIntelsAndHaveAvx512) {
  EXPECT_TRUE(is_for_onednn(amd, 3136, 384, 1536));
  EXPECT_FALSE(
      is_for_onednn({.is_intel = true, .has_avx512 = true, .has_onednn = true}, 3136, 384, 1536));
  EXPECT_FALSE(is_for_onednn({.has_avx512 = false, .has_onednn = true}, 3136, 384, 1536));
  EXPECT_FALSE(is_for_onednn({.has_avx512 = true, .has_onednn = false}, 3136, 384, 1536));
}

TEST(DenseLibrary, SmallProductsAreNotWorthTheCall) {
  EXPECT_FALSE(is_for_onednn(amd, 3136, 20, 20));
  EXPECT_FALSE(is_for_onednn(amd, 0, 384, 1536));
}

// The shapes that oneDNN itself leaves to its other kernel.
TEST(DenseLibrary, WhatOneDnnWouldNotGiveToBrgemmItDoesNotGet) {
  EXPECT_FALSE(is_for_onednn(amd, 768, 128, 1536));
  EXPECT_TRUE(is_for_onednn(amd, 769, 128, 1536));
  EXPECT_TRUE(is_for_onednn(amd, 768, 129, 1536));
  EXPECT_FALSE(is_for_onednn(amd, 128, 384, 1536));
  EXPECT_TRUE(is_for_onednn(amd, 129, 384, 1536));
  EXPECT_FALSE(is_for_onednn(amd, 97, 331, 213));
}

// A slice of a huge matrix counts its bytes in 32 bits.
TEST(DenseLibrary, HugeRowsAreLibTorchs) {
  EXPECT_FALSE(is_brgemm_shape(4, std::int64_t{1} << 21, 64));
  EXPECT_FALSE(is_brgemm_shape(64, 1024, std::int64_t{1} << 21));
}

TEST(DenseLibrary, ALimitOfOneDnnIsReadAsOneDnnReadsIt) {
  for (const char* name : {"", "ALL", "default", "AVX512_CORE", "avx512_core_amx", "AVX10_2_512"}) {
    EXPECT_TRUE(allows_avx512(name)) << name;
  }
  for (const char* name : {"SSE41", "AVX", "avx2", "AVX2_VNNI", "AVX2_VNNI_2", "unknown"}) {
    EXPECT_FALSE(allows_avx512(name)) << name;
  }
}

TEST(DenseLibrary, DetectionKnowsNothingOfLibTorch) {
  EXPECT_FALSE(detect_dense_processor().has_onednn);
}

}  // namespace
}  // namespace actscope::core
