// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace actscope {

/// An index into one table that cannot be mixed up with an index into another.
/// Declare one with `using LayerId = StrongId<struct LayerIdTag>;`.
template <class Tag>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(std::int64_t value) : value_(value) {}

  constexpr std::int64_t value() const noexcept { return value_; }
  constexpr bool is_valid() const noexcept { return value_ >= 0; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  std::int64_t value_ = -1;
};

using LayerId = StrongId<struct LayerIdTag>;
using StepId = StrongId<struct StepIdTag>;

}  // namespace actscope

template <class Tag>
struct std::hash<actscope::StrongId<Tag>> {
  std::size_t operator()(actscope::StrongId<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value());
  }
};
