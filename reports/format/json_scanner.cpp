// SPDX-License-Identifier: Apache-2.0
#include "format/json_scanner.hpp"

#include <array>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t most_levels = 512;
constexpr int no_byte = -1;

void append_utf8(std::string& text, unsigned code) {
  const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6U));
    put(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12U));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  } else {
    put(0xF0 | (code >> 18U));
    put(0x80 | ((code >> 12U) & 0x3FU));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  }
}

bool is_of_number(int byte) {
  return (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '+' || byte == 'e' ||
         byte == 'E';
}

// As JSON has it: no sign but minus, no zero before digits, digits around the point.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at > from;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const std::size_t first = at;
  if (!digits() || (text[first] == '0' && at > first + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (!digits()) return false;
  }
  return at == text.size();
}

}  // namespace

JsonScanner::JsonScanner(InflatedFile& file, std::string source)
    : file_(file), source_(std::move(source)) {}

void JsonScanner::refuse(const std::string& why) const {
  const auto position = before_ + static_cast<std::uint64_t>(at_ - begin_);
  throw ReportFormatError(error_text(source_ + " is not whole JSON",
                                     why + " at byte " + std::to_string(position),
                                     "it may be cut off: write or copy it again"));
}

bool JsonScanner::fill() {
  before_ += static_cast<std::uint64_t>(end_ - begin_);
  const std::string_view bytes = file_.next();
  begin_ = at_ = bytes.data();
  end_ = begin_ + bytes.size();
  return !bytes.empty();
}

int JsonScanner::peek() {
  if (at_ == end_ && !fill()) return no_byte;
  return static_cast<unsigned char>(*at_);
}

int JsonScanner::skip_space() {
  for (;;) {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    if (at_ != end_) return static_cast<unsigned char>(*at_);
    if (!fill()) return no_byte;
  }
}

JsonScanner::Token JsonScanner::next() {
  int byte = skip_space();
  if (file_.is_stopped()) return Token::stopped;
  if (expected_ == Expected::nothing) {
    if (byte != no_byte) refuse("something follows the document");
    return Token::end;
  }
  const bool is_in_list_alone = open_.size() == 1 && !open_.back();
  const bool is_behind_value = expected_ == Expected::comma_or_end;
  if (is_behind_value && byte == ',') {
    ++at_;
    expected_ = open_.back() ? Expected::key : Expected::value;
    byte = skip_space();
  }
  if (byte == no_byte) {
    if (!is_in_list_alone || !is_behind_value) refuse("it ends too soon");
    open_.pop_back();
    after_value();
    return Token::end_array;
  }
  if (byte == '}') return closed(true);
  if (byte == ']') return closed(false);
  if (expected_ == Expected::comma_or_end) refuse("no comma");
  if (expected_ == Expected::key || expected_ == Expected::key_or_end) {
    if (byte != '"') refuse("no key");
    read_string();
    if (text_.data() != scratch_.data()) scratch_.assign(text_);  // the colon may refill
    if (skip_space() != ':') refuse("no colon");
    ++at_;
    text_ = scratch_;
    expected_ = Expected::value;
    return Token::key;
  }
  if (byte == '{') return opened(true);
  if (byte == '[') return opened(false);
  if (byte == '"') {
    read_string();
    after_value();
    return Token::text;
  }
  const bool is_number = byte == '-' || (byte >= '0' && byte <= '9');
  if (is_number) {
    read_number();
  } else {
    read_literal();
  }
  after_value();
  return is_number && text_ != "-Infinity" ? Token::number : Token::literal;
}

JsonScanner::Token JsonScanner::opened(bool is_object) {
  if (open_.size() == most_levels) refuse("nested deeper than 512");
  ++at_;
  open_.push_back(is_object);
  expected_ = is_object ? Expected::key_or_end : Expected::value_or_end;
  return is_object ? Token::begin_object : Token::begin_array;
}

JsonScanner::Token JsonScanner::closed(bool is_object) {
  const bool is_expected = expected_ == Expected::comma_or_end ||
                           expected_ == (is_object ? Expected::key_or_end : Expected::value_or_end);
  if (!is_expected || open_.empty() || open_.back() != is_object) refuse("a bracket too many");
  ++at_;
  open_.pop_back();
  after_value();
  return is_object ? Token::end_object : Token::end_array;
}

void JsonScanner::after_value() {
  expected_ = open_.empty() ? Expected::nothing : Expected::comma_or_end;
}

// Most texts have no escapes and lie in one portion: they are not copied.
void JsonScanner::read_string() {
  ++at_;
  const char* from = at_;
  bool is_copied = false;
  for (;;) {
    while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
    const std::string_view part(from, static_cast<std::size_t>(at_ - from));
    if (at_ != end_ && *at_ == '"') {
      if (!is_copied) {
        text_ = part;
      } else {
        text_ = scratch_.append(part);
      }
      ++at_;
      return;
    }
    if (!is_copied) scratch_.clear();
    is_copied = true;
    scratch_.append(part);
    if (at_ == end_) {
      if (!fill()) refuse("a text has no end");
    } else {
      ++at_;
      read_escape();
    }
    from = at_;
  }
}

void JsonScanner::read_escape() {
  const int kind = peek();
  if (kind == no_byte) refuse("a text has no end");
  ++at_;
  constexpr std::array<std::array<char, 2>, 8> escapes = {{{'"', '"'},
                                                           {'\\', '\\'},
                                                           {'/', '/'},
                                                           {'b', '\b'},
                                                           {'f', '\f'},
                                                           {'n', '\n'},
                                                           {'r', '\r'},
                                                           {'t', '\t'}}};
  for (const auto& [letter, meant] : escapes) {
    if (kind == letter) {
      scratch_ += meant;
      return;
    }
  }
  if (kind != 'u') refuse("an unknown escape");
  unsigned code = read_hex();
  if (code >= 0xD800 && code < 0xDC00 && peek() == '\\') {
    ++at_;
    if (peek() != 'u') refuse("half a character");
    ++at_;
    const unsigned low = read_hex();
    const bool is_pair = low >= 0xDC00 && low < 0xE000;
    code = is_pair ? 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00) : 0xFFFD;
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  append_utf8(scratch_, code);
}

unsigned JsonScanner::read_hex() {
  unsigned code = 0;
  for (int digit = 0; digit < 4; ++digit) {
    const int byte = peek();
    const int lower = byte | 0x20;
    unsigned value = 0;
    if (byte >= '0' && byte <= '9') {
      value = static_cast<unsigned>(byte - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = static_cast<unsigned>(lower - 'a' + 10);
    } else {
      refuse("an escape without its digits");
    }
    code = code * 16 + value;
    ++at_;
  }
  return code;
}

void JsonScanner::read_number() {
  constexpr std::size_t longest = 400;  // of a number that anybody writes
  const char* from = at_;
  while (at_ != end_ && is_of_number(static_cast<unsigned char>(*at_))) ++at_;
  text_ = {from, static_cast<std::size_t>(at_ - from)};
  if (at_ == end_) {  // it may go on in the next portion
    scratch_.assign(text_);
    while (is_of_number(peek()) && scratch_.size() < longest) scratch_ += *at_++;
    text_ = scratch_;
  }
  if (text_ == "-" && peek() == 'I') {
    read_literal();
    if (text_ != "Infinity") refuse("no number");
    text_ = "-Infinity";
    return;
  }
  if (text_.size() >= longest || !is_number(text_)) refuse("no number");
}

void JsonScanner::read_literal() {
  scratch_.clear();
  constexpr std::size_t longest = 8;
  const auto is_letter = [](int byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; };
  while (scratch_.size() <= longest && is_letter(peek())) scratch_ += *at_++;
  text_ = scratch_;
  for (const char* known : {"true", "false", "null", "NaN", "Infinity"}) {
    if (text_ == known) return;
  }
  refuse("no value");
}

}  // namespace actscope::reports
