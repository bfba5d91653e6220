// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace actscope::reports {

/// Writes Python's pickle format, protocol 2, of lists, dictionaries, texts, numbers and booleans.
/// A dictionary takes keys and values in turn.
/// Source  CPython, Lib/pickletools.py
class PickleWriter {
 public:
  PickleWriter();

  void begin_list() { bytes_ += "]("; }
  void end_list() { bytes_ += 'e'; }
  void begin_dictionary() { bytes_ += "}("; }
  void end_dictionary() { bytes_ += 'u'; }
  void text(std::string_view value);
  void number(std::int64_t value);
  void boolean(bool value) { bytes_ += value ? '\x88' : '\x89'; }

  void pair(std::string_view key, std::string_view value) { text(key), text(value); }
  void pair(std::string_view key, std::int64_t value) { text(key), number(value); }

  /// The whole; the writer is empty afterwards.
  std::string take();

 private:
  void little_endian(std::uint64_t value, int bytes);

  std::string bytes_;
};

}  // namespace actscope::reports
