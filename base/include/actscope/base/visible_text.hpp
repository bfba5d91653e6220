// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace actscope {

/// Text that a terminal shows and does not obey, whoever chose it: names of files, of layers,
/// values of options. Control characters (C0, DEL, C1), marks that turn the direction of writing,
/// separators of lines and paragraphs, and characters that Unicode forbids become "\u001b", which
/// means the same within the strings of JSON; bytes that are no UTF-8 become "\xff". Line breaks
/// and tabs stay.
std::string visible_text(std::string_view text);

/// The same on one line: line breaks and tabs become blanks.
std::string visible_line(std::string_view text);

}  // namespace actscope
