// SPDX-License-Identifier: Apache-2.0
#include "correlation.hpp"

namespace actscope::tracer {
namespace {

constexpr std::uint64_t step_bits = 24;
constexpr std::uint64_t step_mask = (1ULL << step_bits) - 1;

}  // namespace

// step [24 bits, one more than the step so that "outside" is 0], layer [16], slot [16], phase [8].
std::uint64_t encode_place(const TracePlace& place) noexcept {
  const auto step = static_cast<std::uint64_t>(place.step + 1) & step_mask;
  return (step << 40U) | (static_cast<std::uint64_t>(place.layer) << 24U) |
         (static_cast<std::uint64_t>(place.slot) << 8U) | static_cast<std::uint64_t>(place.phase);
}

TracePlace decode_place(std::uint64_t code) noexcept {
  TracePlace place;
  place.step = static_cast<std::int32_t>((code >> 40U) & step_mask) - 1;
  place.layer = static_cast<NameNumber>(code >> 24U);
  place.slot = static_cast<NameNumber>(code >> 8U);
  const std::uint64_t phase = code & 0xffU;
  if (phase <= static_cast<std::uint64_t>(Phase::optimizer)) {
    place.phase = static_cast<Phase>(phase);
  }
  return place;
}

}  // namespace actscope::tracer
