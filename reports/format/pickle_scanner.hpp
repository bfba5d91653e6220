// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace actscope::reports {

/// The operation codes of a pickle that data alone needs. Those that name or call code (GLOBAL,
/// REDUCE, BUILD, INST, OBJ, NEWOBJ, EXT, persistent ids) are not among them.
/// Source  CPython, Lib/pickletools.py
enum class PickleCode : std::uint8_t {
  mark = '(',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  dup = '2',
  floating = 'F',
  number = 'I',  ///< every form of a whole number
  none = 'N',
  boolean = 0x88,
  text = 'X',   ///< every form of a text
  bytes = 'B',  ///< every form of bytes; passed over
  append = 'a',
  appends = 'e',
  dictionary = 'd',
  empty_dictionary = '}',
  set_item = 's',
  set_items = 'u',
  list = 'l',
  empty_list = ']',
  tuple = 't',
  empty_tuple = ')',
  tuple_of = 0x85,  ///< of `number` values
  get = 'g',        ///< of entry `number` of the memo
  put = 'p',        ///< into entry `number` of the memo
  memoize = 0x94,
};

struct PickleStep {
  PickleCode code = PickleCode::stop;
  std::int64_t number = 0;
  std::string_view text;  ///< until the next step; empty where it is longer than a mebibyte
};

/// Reads the operations of a pickle (protocols 0 to 5) one after the other, through a buffer.
class PickleScanner {
 public:
  /// Fills the buffer with up to `size` bytes and returns how many there were.
  using Read = std::function<std::size_t(char* buffer, std::size_t size)>;

  /// source  the file's name, for messages
  PickleScanner(Read read, std::uint64_t file_bytes, std::string source);

  /// Errors  ReportFormatError, with the offset: the file ends early, a length beyond the file, an
  ///         operation that names or calls code, or none at all
  PickleStep next();

  /// Of the operation last read. Units: bytes.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t file_bytes() const { return file_bytes_; }
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  // The next bytes, in one piece.
  const char* take(std::uint64_t bytes) {
    if (filled_ - at_ < bytes) fill(bytes);
    const char* begin = buffer_.data() + at_;
    at_ += bytes;
    return begin;
  }
  void fill(std::uint64_t bytes);
  std::uint64_t little_endian(int bytes);
  std::string_view line();
  std::int64_t number_of_line();
  std::int64_t number_of_bytes(std::uint64_t bytes);
  PickleStep text_of(std::uint64_t bytes, PickleCode code);
  void pass_over(std::uint64_t bytes);
  void require_in_file(std::uint64_t bytes) const;

  Read read_;
  std::uint64_t file_bytes_;
  std::string source_;
  std::string buffer_;
  std::size_t at_ = 0;      // in the buffer
  std::size_t filled_ = 0;  // bytes of the buffer that were read
  std::uint64_t base_ = 0;  // of the buffer's first byte, in the file
  std::uint64_t offset_ = 0;
};

}  // namespace actscope::reports
