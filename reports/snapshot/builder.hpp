// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/pickle_scanner.hpp"
#include "snapshot/stacks.hpp"

namespace actscope::reports {

/// Carries out the operations of a pickle and keeps, of all it makes, the columns of a snapshot. A
/// dictionary becomes a row, by its keys, when it is put into something; what a snapshot does not
/// need is forgotten then.
class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(const PickleScanner& scanner);

  /// False after the last operation.
  /// Errors  ReportFormatError: values are missing, the memo has no such entry, something is
  ///         changed after it was put into something else (also into itself), too many values for
  ///         the bytes read, no snapshot at the end
  bool take(const PickleStep& step);

  Snapshot snapshot();

 private:
  // Of a value on the stack, or of a container.
  enum class Kind : std::uint8_t {
    nothing,  // of no interest
    number,
    text,
    object,
    // containers
    open_dictionary,
    empty_list,
    frame_list,
    stack,
    event_list,
    block_list,
    segment_list,
    list_of_event_lists,
    event,
    block,
    segment,
    frame,
    root,
  };
  struct Value {
    Kind kind = Kind::nothing;
    std::int64_t number = 0;  // or that of the text, or of the object
  };
  // Of lists: a row of columns. Of the open ones: the number of what is kept meanwhile.
  struct Object {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    Kind kind = Kind::nothing;
    bool is_sealed = false;
  };
  struct Open {
    std::vector<Value> values;          // keys and values of a dictionary in turn
    std::vector<std::uint32_t> frames;  // of a list of frames
  };
  struct Root {
    Object traces, segments;
  };
  struct Fields;

  void push(const Value& value) {
    require_room(stack_.size(), "values");
    stack_.push_back(value);
  }
  Value pop();
  std::size_t mark();
  // Every value costs bytes of a file: a short one cannot make many.
  void require_room(std::size_t count, const char* what) const {
    constexpr std::size_t always = 1 << 16;
    if (count >= always && count >= always + scanner_.offset() / 4) refuse_many(what);
  }
  [[noreturn]] void refuse_many(const char* what) const;
  Value new_object(Kind kind);
  Object& container(const Value& value, bool is_dictionary);
  std::uint64_t open();
  void close(std::uint64_t number);
  Object placed(const Value& value);
  void append(Object& list, const Value& value);
  void append_row(Object& list, Kind list_kind, const Object& row);
  void set(Object& dictionary, const Value& key, const Value& value);
  static bool is_known_key(const Value& key);
  bool set_at_once(Object& dictionary, std::size_t first);
  void seal_dictionary(Object& dictionary);
  void seal(Object& dictionary, const Fields& fields);
  void seal_event(Object& dictionary, const Fields& fields);
  void seal_segment(Object& dictionary, const Fields& fields);
  void remember(std::uint64_t number);
  void make_tuple(std::size_t first);
  void make_container(bool is_dictionary);
  std::uint32_t text_number(std::string_view text);
  void finish();

  const PickleScanner& scanner_;
  Snapshot result_;
  SnapshotStacks stacks_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::vector<std::uint64_t> memo_;  // kind in the upper byte, number below
  std::vector<Object> objects_;
  std::vector<Open> open_;
  std::vector<std::uint64_t> free_;  // of open_
  std::vector<SnapshotRange> event_lists_;
  std::vector<Root> roots_;
  std::deque<std::string> texts_;  // the views below stay valid
  std::unordered_map<std::string_view, std::uint32_t> text_numbers_;
};

}  // namespace actscope::reports
