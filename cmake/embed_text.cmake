# SPDX-License-Identifier: Apache-2.0
# Makes a C++ source whose function FUNCTION in namespace actscope::reports gives the text of INPUT.
# Run as: cmake -D INPUT=… -D OUTPUT=… -D FUNCTION=… -P embed_text.cmake
# A string literal may be limited to 64 KiB by compilers: the bytes go in as an array.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "((0x..,){24})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "// SPDX-License-Identifier: Apache-2.0
// Made from ${INPUT} by cmake/embed_text.cmake.
#include <string_view>

namespace actscope::reports {

std::string_view ${FUNCTION}();

namespace {

constexpr unsigned char bytes[] = {
${bytes}};

}  // namespace

std::string_view ${FUNCTION}() { return {reinterpret_cast<const char*>(bytes), sizeof bytes}; }

}  // namespace actscope::reports
")
