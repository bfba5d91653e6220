// SPDX-License-Identifier: Apache-2.0
// Codes of 8, 4 and 2 bits from and to vectors, compiled once for each instruction set (Highway's
// foreach_target).

#if defined(ACTSCOPE_CODE_VECTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ACTSCOPE_CODE_VECTORS_INL
#undef ACTSCOPE_CODE_VECTORS_INL
#else
#define ACTSCOPE_CODE_VECTORS_INL
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace actscope::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The codes that begin with the byte at `codes`, one a lane of the tag `d` of 32-bit whole numbers.
// At least four lanes.
template <int bits, class Tag>
HWY_INLINE hn::Vec<Tag> load_codes(Tag d, const std::uint8_t* codes) {
  constexpr std::size_t lanes = hn::MaxLanes(Tag());
  static_assert(lanes >= 4);
  if constexpr (bits == 8) {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint8_t, Tag>(), codes));
  } else if constexpr (bits == 4) {
    // Byte k comes to the bottom of 64-bit lane k, its upper code moves to the upper 32-bit lane.
    const hn::Repartition<std::uint64_t, Tag> wide;
    std::uint64_t word = 0;
    std::memcpy(&word, codes, lanes / 2);
    const auto bytes = hn::Shr(hn::Set(wide, word), hn::ShiftLeft<3>(hn::Iota(wide, 0)));
    const auto lower = hn::And(bytes, hn::Set(wide, 15));
    const auto upper = hn::And(hn::ShiftLeft<28>(bytes), hn::Set(wide, 15ULL << 32));
    return hn::BitCast(d, hn::Or(lower, upper));
  } else {
    const hn::RebindToUnsigned<Tag> whole;
    std::uint32_t word = 0;
    std::memcpy(&word, codes, lanes / 4);
    const auto shifted = hn::Shr(hn::Set(whole, word), hn::ShiftLeft<1>(hn::Iota(whole, 0)));
    return hn::BitCast(d, hn::And(shifted, hn::Set(whole, 3U)));
  }
}

// Writes the lowest byte of each lane. U8FromU32 takes that byte wherever a vector has lanes.
template <class Vector>
HWY_INLINE void store_code_bytes(Vector codes, std::uint8_t* bytes) {
  const hn::DFromV<Vector> whole;
#if HWY_TARGET == HWY_SCALAR
  codes = hn::And(codes, hn::Set(whole, 0xffU));
#endif
  hn::StoreU(hn::U8FromU32(codes), hn::Rebind<std::uint8_t, decltype(whole)>(), bytes);
}

// Joins codes, one a byte, to `bytes` bytes.
template <int bits>
HWY_INLINE void pack_codes(const std::uint8_t* HWY_RESTRICT codes, std::int64_t bytes,
                           std::uint8_t* HWY_RESTRICT packed) {
  constexpr int per_byte = 8 / bits;
  std::int64_t i = 0;
  if constexpr (bits == 8) {
    std::memcpy(packed, codes, static_cast<std::size_t>(bytes));
    i = bytes;
#if HWY_TARGET != HWY_SCALAR
  } else if constexpr (bits == 4) {
    const hn::ScalableTag<std::uint16_t> pairs;
    const hn::Rebind<std::uint8_t, decltype(pairs)> narrow;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(pairs));
    for (; i + lanes <= bytes; i += lanes) {
      const auto pair = hn::BitCast(
          pairs, hn::LoadU(hn::Repartition<std::uint8_t, decltype(pairs)>(), codes + 2 * i));
      hn::StoreU(hn::TruncateTo(narrow, hn::Or(pair, hn::ShiftRight<4>(pair))), narrow, packed + i);
    }
  } else {
    const hn::ScalableTag<std::uint32_t> fours;
    const auto lanes = static_cast<std::int64_t>(hn::Lanes(fours));
    for (; i + lanes <= bytes; i += lanes) {
      const auto four = hn::BitCast(
          fours, hn::LoadU(hn::Repartition<std::uint8_t, decltype(fours)>(), codes + 4 * i));
      const auto low = hn::Or(four, hn::ShiftRight<6>(four));
      store_code_bytes(hn::Or(low, hn::ShiftRight<12>(low)), packed + i);
    }
#endif
  }
  for (; i < bytes; ++i) {
    unsigned byte = 0;
    for (int k = 0; k < per_byte; ++k) byte |= unsigned{codes[per_byte * i + k]} << (k * bits);
    packed[i] = static_cast<std::uint8_t>(byte);
  }
}

}  // namespace actscope::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // ACTSCOPE_CODE_VECTORS_INL
