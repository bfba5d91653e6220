// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>

#include "actscope/base/error.hpp"
#include "format/json_scanner.hpp"
#include "timeline/chrome_events.hpp"
#include "timeline/decimal_time.hpp"
#include "timeline/sources.hpp"

namespace actscope::reports {
namespace {

using Field = ChromeField;
using Token = JsonScanner::Token;

// Finds the array of events and takes one event after another.
class ChromeReading {
 public:
  ChromeReading(TimelineBuilder& builder, JsonScanner& json) : events_(builder), json_(json) {}

  // False where the reading was stopped.
  bool read() {
    for (;;) {
      const Token token = json_.next();
      if (token == Token::stopped) return false;
      if (token == Token::end) break;
      take(token);
    }
    events_.finish();
    return true;
  }

  bool has_events() const { return has_events_; }

 private:
  void take(Token token) {
    const std::size_t depth = json_.depth();
    if (list_ == 0) {
      // The list is the document, or a member of it.
      if (token == Token::key && depth == 1) is_list_next_ = json_.text() == "traceEvents";
      const bool is_list =
          token == Token::begin_array && (depth == 1 || (depth == 2 && is_list_next_));
      if (is_list) {
        list_ = depth;
        has_events_ = true;
      }
      return;
    }
    const bool is_event = depth == list_ + 1;
    const bool is_argument = depth == list_ + 2 && is_in_args_;
    switch (token) {
      case Token::begin_object:
        if (is_event) events_.begin();
        if (depth == list_ + 2) is_in_args_ = field_ == Field::args;
        break;
      case Token::begin_array:
        if (depth == list_ + 2) is_in_args_ = false;
        break;
      case Token::end_object:
        if (depth == list_) events_.end();
        break;
      case Token::end_array:
        if (depth == list_ - 1) list_ = 0;
        break;
      case Token::key:
        if (is_event) field_ = event_field(json_.text());
        if (is_argument) take_argument_key();
        break;
      case Token::text:
        if (is_event) events_.set_text(field_, json_.text());
        if (is_argument) events_.set_text(argument_, json_.text());
        break;
      case Token::number:
        if (is_event) take_number(field_);
        if (is_argument) take_number(argument_);
        break;
      default:
        break;
    }
  }

  void take_argument_key() {
    argument_ = argument_field(json_.text());
    if (events_.is_counting()) key_ = json_.text();
  }

  void take_number(Field field) {
    const std::string_view text = json_.text();
    if (field == Field::ts || field == Field::dur) {
      return events_.set_time(field, nanoseconds_of_microseconds(text));
    }
    if (field == Field::none || (field == Field::other && !events_.is_counting())) return;
    std::int64_t whole = 0;
    const auto [behind, code] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (code == std::errc() && behind == text.data() + text.size()) {
      return events_.set_whole(field, whole, key_);
    }
    double value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return;
    events_.set_number(field, value, key_);
  }

  ChromeEvents events_;
  JsonScanner& json_;
  std::string key_;
  std::size_t list_ = 0;  // the depth inside the list of events; 0: outside
  Field field_ = Field::none, argument_ = Field::none;
  bool is_list_next_ = false, is_in_args_ = false, has_events_ = false;
};

}  // namespace

bool take_chrome_trace(TimelineBuilder& builder, const std::filesystem::path& file,
                       const ReadingProgress& progress) {
  InflatedFile bytes(file, progress);
  JsonScanner json(bytes, file.string());
  ChromeReading reading(builder, json);
  if (!reading.read()) return false;
  if (!reading.has_events()) {
    throw ReportFormatError(error_text(file.string() + " has no list of events", "no traceEvents",
                                       "name a trace in Chrome's JSON format"));
  }
  return true;
}

}  // namespace actscope::reports
