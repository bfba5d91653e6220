// SPDX-License-Identifier: Apache-2.0
#include "format/pickle.hpp"

#include <utility>

namespace actscope::reports {

PickleWriter::PickleWriter() : bytes_("\x80\x02") {}

// Before each value: where the batch is full, it is added and another one begins.
void PickleWriter::count_value() {
  if (open_.empty()) return;
  Container& container = open_.back();
  if (container.batch_values == container.most_values) {
    bytes_ += container.add;
    bytes_ += '(';
    container.batch_values = 0;
  }
  ++container.batch_values;
}

void PickleWriter::begin(char empty, char add, int most_values) {
  count_value();
  bytes_ += empty;
  bytes_ += '(';  // MARK
  open_.push_back({add, most_values, 0});
}

void PickleWriter::end() {
  bytes_ += open_.back().add;
  open_.pop_back();
}

void PickleWriter::boolean(bool value) {
  count_value();
  bytes_ += value ? '\x88' : '\x89';
}

void PickleWriter::little_endian(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xffU);
}

void PickleWriter::text(std::string_view value) {
  count_value();
  bytes_ += 'X';  // BINUNICODE
  little_endian(value.size(), 4);
  bytes_ += value;
}

void PickleWriter::number(std::int64_t value) {
  count_value();
  bytes_ += "\x8a\x08";  // LONG1 of 8 bytes, two's complement
  little_endian(static_cast<std::uint64_t>(value), 8);
}

std::string PickleWriter::take() {
  return std::exchange(bytes_, "\x80\x02") + '.';
}

}  // namespace actscope::reports
