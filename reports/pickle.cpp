// SPDX-License-Identifier: Apache-2.0
#include "pickle.hpp"

#include <utility>

namespace actscope::reports {

PickleWriter::PickleWriter() : bytes_("\x80\x02") {}

void PickleWriter::little_endian(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xffU);
}

void PickleWriter::text(std::string_view value) {
  bytes_ += 'X';  // BINUNICODE
  little_endian(value.size(), 4);
  bytes_ += value;
}

void PickleWriter::number(std::int64_t value) {
  bytes_ += "\x8a\x08";  // LONG1 of 8 bytes, two's complement
  little_endian(static_cast<std::uint64_t>(value), 8);
}

std::string PickleWriter::take() {
  return std::exchange(bytes_, "\x80\x02") + '.';
}

}  // namespace actscope::reports
