// SPDX-License-Identifier: Apache-2.0
#include "actscope/base/memory_record.hpp"

#include <array>

namespace actscope {

const char* name_of(MemoryCategory category) {
  constexpr std::array<const char*, memory_category_count> names = {
      "parameter", "gradient", "optimizer_state", "saved_activation", "output",
      "workspace", "other"};
  return names[static_cast<std::size_t>(category)];
}

}  // namespace actscope
