// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace actscope {

/// Letters to insert, remove or replace to turn one text into the other (Levenshtein), for
/// "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace actscope
