// SPDX-License-Identifier: Apache-2.0
#include "format/pickle_scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t pickle_buffer_bytes = 1 << 20;

// What a pickle may do that data does not need.
struct RefusedCode {
  unsigned char code;
  const char* name;
};
constexpr std::array refused_codes = {
    RefusedCode{'c', "GLOBAL"},       RefusedCode{'R', "REDUCE"},
    RefusedCode{'b', "BUILD"},        RefusedCode{'i', "INST"},
    RefusedCode{'o', "OBJ"},          RefusedCode{'P', "PERSID"},
    RefusedCode{'Q', "BINPERSID"},    RefusedCode{0x81, "NEWOBJ"},
    RefusedCode{0x82, "EXT1"},        RefusedCode{0x83, "EXT2"},
    RefusedCode{0x84, "EXT4"},        RefusedCode{0x8f, "EMPTY_SET"},
    RefusedCode{0x90, "ADDITEMS"},    RefusedCode{0x91, "FROZENSET"},
    RefusedCode{0x92, "NEWOBJ_EX"},   RefusedCode{0x93, "STACK_GLOBAL"},
    RefusedCode{0x97, "NEXT_BUFFER"}, RefusedCode{0x98, "READONLY_BUFFER"},
};

}  // namespace

PickleScanner::PickleScanner(Read read, std::uint64_t file_bytes, std::string source)
    : read_(std::move(read)), file_bytes_(file_bytes), source_(std::move(source)) {}

void PickleScanner::refuse(const std::string& why) const {
  throw ReportFormatError(error_text(source_ + " is not a memory snapshot",
                                     why + ", at byte " + std::to_string(offset_),
                                     "take a file of torch.cuda.memory._dump_snapshot"));
}

void PickleScanner::require_in_file(std::uint64_t bytes) const {
  const std::uint64_t at = base_ + at_;
  if (at > file_bytes_ || bytes > file_bytes_ - at) refuse("the file ends too early");
}

void PickleScanner::fill(std::uint64_t bytes) {
  require_in_file(bytes);
  base_ += at_;
  filled_ -= at_;
  std::memmove(buffer_.data(), buffer_.data() + at_, filled_);
  at_ = 0;
  const std::uint64_t left = file_bytes_ - base_;
  const std::size_t wanted =
      std::max<std::uint64_t>(std::min<std::uint64_t>(pickle_buffer_bytes, left), bytes);
  if (buffer_.size() < wanted) buffer_.resize(wanted);
  while (filled_ < bytes) {
    const std::size_t more = read_(buffer_.data() + filled_, wanted - filled_);
    if (more == 0) refuse("the file ends too early");
    filled_ += more;
  }
}

std::uint64_t PickleScanner::little_endian(int bytes) {
  const char* from = take(static_cast<std::uint64_t>(bytes));
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  return value;
}

// Up to the end of the line, which is passed over.
std::string_view PickleScanner::line() {
  constexpr std::size_t most = 64 << 10;
  for (std::size_t length = 0; length < most; ++length) {
    if (at_ + length < filled_ && buffer_[at_ + length] != '\n') continue;
    const char* begin = take(length + 1);
    if (begin[length] == '\n') return {begin, length};
    at_ -= length + 1;
  }
  refuse("a line is longer than 64 KiB");
}

std::int64_t PickleScanner::number_of_line() {
  std::string_view text = line();
  if (text.ends_with('L')) text.remove_suffix(1);
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  std::uint64_t value = 0;  // an address may be above 2^63
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) refuse("a number is none");
  return static_cast<std::int64_t>(is_negative ? std::uint64_t{0} - value : value);
}

// Two's complement. An address above 2^63 has a ninth byte, which is 0.
std::int64_t PickleScanner::number_of_bytes(std::uint64_t bytes) {
  if (bytes > 9) {
    require_in_file(bytes);
    refuse("a number has " + std::to_string(bytes) + " bytes");
  }
  const char* from = take(bytes);
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(bytes, 8); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
  }
  if (bytes == 9 && from[8] != 0) refuse("a number has more than 64 bits");
  const bool is_negative = bytes > 0 && bytes < 8 && (from[bytes - 1] & 0x80) != 0;
  if (is_negative) value |= ~std::uint64_t{0} << (8 * bytes);
  return static_cast<std::int64_t>(value);
}

void PickleScanner::pass_over(std::uint64_t bytes) {
  require_in_file(bytes);
  while (bytes > 0) {
    const std::uint64_t some = std::min<std::uint64_t>(bytes, pickle_buffer_bytes);
    take(some);
    bytes -= some;
  }
}

PickleStep PickleScanner::text_of(std::uint64_t bytes, PickleCode code) {
  if (code == PickleCode::bytes || bytes > pickle_buffer_bytes) {
    pass_over(bytes);
    return {code, 0, {}};
  }
  require_in_file(bytes);
  const char* begin = take(bytes);
  return {code, 0, {begin, static_cast<std::size_t>(bytes)}};
}

PickleStep PickleScanner::next() {
  using Code = PickleCode;
  for (;;) {
    offset_ = base_ + at_;
    const auto code = static_cast<unsigned char>(*take(1));
    switch (code) {
      case '(':
      case '.':
      case '0':
      case '1':
      case '2':
      case 'N':
      case 'a':
      case 'e':
      case 'd':
      case '}':
      case 's':
      case 'u':
      case 'l':
      case ']':
      case 't':
      case ')':
      case 0x94:
        return {static_cast<Code>(code), 0, {}};
      case 0x80:
        if (const std::uint64_t protocol = little_endian(1); protocol > 5) {
          refuse("protocol " + std::to_string(protocol) + " is not known");
        }
        continue;
      case 0x95:
        require_in_file(little_endian(8));
        continue;
      case 'K':
        return {Code::number, static_cast<std::int64_t>(little_endian(1)), {}};
      case 'M':
        return {Code::number, static_cast<std::int64_t>(little_endian(2)), {}};
      case 'J':
        return {Code::number, static_cast<std::int32_t>(little_endian(4)), {}};
      case 'I':
      case 'L':
        return {Code::number, number_of_line(), {}};
      case 0x8a:
        return {Code::number, number_of_bytes(little_endian(1)), {}};
      case 0x8b:
        return {Code::number, number_of_bytes(little_endian(4)), {}};
      case 'F':
        line();
        return {Code::floating, 0, {}};
      case 'G':
        take(8);
        return {Code::floating, 0, {}};
      case 0x88:
      case 0x89:
        return {Code::boolean, code == 0x88 ? 1 : 0, {}};
      case 'S': {
        std::string_view quoted = line();
        if (quoted.size() >= 2) quoted = quoted.substr(1, quoted.size() - 2);
        return {Code::text, 0, quoted};
      }
      case 'V':
        return {Code::text, 0, line()};
      case 'U':
      case 0x8c:
        return text_of(little_endian(1), Code::text);
      case 'X':
      case 'T':
        return text_of(little_endian(4), Code::text);
      case 0x8d:
        return text_of(little_endian(8), Code::text);
      case 'C':
        return text_of(little_endian(1), Code::bytes);
      case 'B':
        return text_of(little_endian(4), Code::bytes);
      case 0x8e:
      case 0x96:
        return text_of(little_endian(8), Code::bytes);
      case 'g':
        return {Code::get, number_of_line(), {}};
      case 'h':
        return {Code::get, static_cast<std::int64_t>(little_endian(1)), {}};
      case 'j':
        return {Code::get, static_cast<std::int64_t>(little_endian(4)), {}};
      case 'p':
        return {Code::put, number_of_line(), {}};
      case 'q':
        return {Code::put, static_cast<std::int64_t>(little_endian(1)), {}};
      case 'r':
        return {Code::put, static_cast<std::int64_t>(little_endian(4)), {}};
      case 0x85:
      case 0x86:
      case 0x87:
        return {Code::tuple_of, code - 0x84, {}};
      default:
        break;
    }
    for (const RefusedCode& refused : refused_codes) {
      if (refused.code != code) continue;
      refuse(std::string("it has the operation ") + refused.name +
             ", which a snapshot does not need and which may name or call code");
    }
    refuse("operation " + std::to_string(code) + " is none of a pickle");
  }
}

}  // namespace actscope::reports
