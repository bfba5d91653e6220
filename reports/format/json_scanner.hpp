// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/inflating.hpp"

namespace actscope::reports {

/// Reads JSON of any size token by token; what it holds is one token. For traces, where the SAX
/// parser of the JSON library takes several times as long.
///
/// A document that is one list may end behind any of its values, without the bracket: programs
/// that write events as they come are stopped so (Trace Event Format, "JSON Array Format").
class JsonScanner {
 public:
  enum class Token : std::uint8_t {
    begin_object,
    end_object,
    begin_array,
    end_array,
    key,
    text,
    number,
    literal,  ///< true, false, null; NaN and Infinity, which some writers leave
    end,      ///< of the document
    stopped,  ///< the file's progress asked to stop
  };

  /// `source` is for messages.
  JsonScanner(InflatedFile& file, std::string source);

  /// The next token.
  /// Errors  ReportFormatError: not JSON, cut off, nested deeper than 512
  Token next();
  /// The text of the last token: a key or text without quotes and escapes, a number as it stands.
  /// It holds until the next token.
  std::string_view text() const { return text_; }
  /// How many objects and arrays are open after the last token.
  std::size_t depth() const { return open_.size(); }

 private:
  enum class Expected : std::uint8_t {
    value,
    value_or_end,
    key,
    key_or_end,
    comma_or_end,
    nothing
  };

  bool fill();
  int peek();
  int skip_space();
  void read_string();
  void read_escape();
  void read_number();
  void read_literal();
  unsigned read_hex();
  Token opened(bool is_object);
  Token closed(bool is_object);
  void after_value();
  [[noreturn]] void refuse(const std::string& why) const;

  InflatedFile& file_;
  std::string source_, scratch_;
  std::string_view text_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::uint64_t before_ = 0;  // bytes of the portions before this one
  const char* begin_ = nullptr;
  std::vector<bool> open_;  // whether an object
  Expected expected_ = Expected::value;
};

}  // namespace actscope::reports
