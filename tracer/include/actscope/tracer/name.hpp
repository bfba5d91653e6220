// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/trace_events.hpp"

namespace actscope::tracer {

/// An interned name: made once, compared and copied as a number. Names live as long as the process.
/// At most 65535 of them; later ones, and those that find no memory, are the empty name and count
/// as lost records.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text) noexcept;
  explicit Name(NameNumber number) : number_(number) {}

  NameNumber number() const noexcept { return number_; }
  /// Valid for the life of the process.
  const std::string& text() const;

 private:
  NameNumber number_ = 0;
};

/// The texts of the names from number `first` on.
std::vector<std::string> names_from(std::size_t first);

}  // namespace actscope::tracer
