// SPDX-License-Identifier: Apache-2.0
#include "snapshot/builder.hpp"

#include <array>
#include <utility>

namespace actscope::reports {
namespace {

// Texts with these numbers, from 1, are what dictionaries of a snapshot are told by.
enum Key : std::int64_t {
  key_action = 1,
  key_addr,
  key_address,
  key_size,
  key_total_size,
  key_time_us,
  key_frames,
  key_state,
  key_blocks,
  key_device,
  key_segments,
  key_device_traces,
  key_name,
  key_filename,
  key_line,
  key_count
};
constexpr std::array<const char*, key_count> key_texts = {
    "",      "action", "addr",   "address",  "size",          "total_size", "time_us",  "frames",
    "state", "blocks", "device", "segments", "device_traces", "name",       "filename", "line"};

constexpr std::array<const char*, 9> action_texts = {
    "alloc",        "free_requested", "free_completed", "segment_alloc",
    "segment_free", "segment_map",    "segment_unmap",  "oom",
    "snapshot"};

// In place of what is kept of a dictionary: nothing is.
constexpr std::uint64_t not_open = ~std::uint64_t{0};

// Room for half as many again, so that growing never holds three times the rows.
template <class Row>
void add_row(std::vector<Row>& rows, const Row& row) {
  if (rows.size() == rows.capacity()) rows.reserve(rows.size() + rows.size() / 2 + 64);
  rows.push_back(row);
}

}  // namespace

// The values of a dictionary by their keys.
struct SnapshotBuilder::Fields {
  const std::vector<Object>& all;
  std::uint32_t present = 0;  // a bit a key
  std::array<Value, key_count> of;

  explicit Fields(const std::vector<Object>& objects) : all(objects) {}

  void set(std::int64_t key, const Value& value) {
    present |= 1U << key;
    of[static_cast<std::size_t>(key)] = value;
  }
  bool has(Key key) const { return (present >> key & 1U) != 0; }
  bool has(Key key, Kind kind) const { return has(key) && of[key].kind == kind; }
  std::int64_t number(Key key) const { return has(key, Kind::number) ? of[key].number : 0; }
  std::uint32_t text(Key key) const {
    return has(key, Kind::text) ? static_cast<std::uint32_t>(of[key].number) : 0;
  }
  Object object(Key key) const {
    return has(key, Kind::object) ? all[static_cast<std::size_t>(of[key].number)] : Object{};
  }
  std::uint32_t stack() const {
    const Object frames = object(key_frames);
    return frames.kind == Kind::stack ? static_cast<std::uint32_t>(frames.first) : 0;
  }
};

SnapshotBuilder::SnapshotBuilder(const PickleScanner& scanner)
    : scanner_(scanner), stacks_(result_) {
  for (const char* text : key_texts) text_number(text);
  for (const char* text : action_texts) text_number(text);
}

void SnapshotBuilder::refuse_many(const char* what) const {
  scanner_.refuse(std::string("too many ") + what + " for so few bytes");
}

SnapshotBuilder::Value SnapshotBuilder::pop() {
  if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
    scanner_.refuse("a value is missing");
  }
  const Value value = stack_.back();
  stack_.pop_back();
  return value;
}

std::size_t SnapshotBuilder::mark() {
  if (marks_.empty()) scanner_.refuse("a mark is missing");
  const std::size_t first = marks_.back();
  marks_.pop_back();
  return first;
}

std::uint32_t SnapshotBuilder::text_number(std::string_view text) {
  const auto known = text_numbers_.find(text);
  if (known != text_numbers_.end()) return known->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  text_numbers_.emplace(texts_.back(), number);
  return number;
}

SnapshotBuilder::Value SnapshotBuilder::new_object(Kind kind) {
  require_room(objects_.size(), "containers");
  const auto number = static_cast<std::int64_t>(objects_.size());
  add_row(objects_, Object{kind == Kind::open_dictionary ? not_open : 0, 0, kind, false});
  return {Kind::object, number};
}

std::uint64_t SnapshotBuilder::open() {
  if (free_.empty()) {
    open_.emplace_back();
    return open_.size() - 1;
  }
  const std::uint64_t number = free_.back();
  free_.pop_back();
  return number;
}

void SnapshotBuilder::close(std::uint64_t number) {
  open_[number].values.clear();
  open_[number].frames.clear();
  free_.push_back(number);
}

SnapshotBuilder::Object& SnapshotBuilder::container(const Value& value, bool is_dictionary) {
  if (value.kind != Kind::object) scanner_.refuse("a container is missing");
  Object& object = objects_[static_cast<std::size_t>(value.number)];
  if (object.is_sealed) scanner_.refuse("a container changes after it was put into another");
  if ((object.kind == Kind::open_dictionary) != is_dictionary) {
    scanner_.refuse("a container is of another kind");
  }
  return object;
}

// What an object is, for the container it is put into. It may not change from now on.
SnapshotBuilder::Object SnapshotBuilder::placed(const Value& value) {
  Object& object = objects_[static_cast<std::size_t>(value.number)];
  if (!std::exchange(object.is_sealed, true)) {
    if (object.kind == Kind::open_dictionary) seal_dictionary(object);
    if (object.kind == Kind::frame_list) {
      const std::uint64_t number = object.first;
      object = {stacks_.stack(open_[number].frames), 0, Kind::stack, true};
      close(number);
    }
  }
  return object;
}

void SnapshotBuilder::append_row(Object& list, Kind list_kind, const Object& row) {
  if (list.kind == Kind::empty_list) {
    list.kind = list_kind;
    list.first = row.first;
  }
  const bool is_next = list.kind == list_kind && row.first == list.first + list.count;
  if (is_next) {
    ++list.count;
  } else {
    list.kind = Kind::nothing;  // a mixture, or rows that are not in a row
  }
}

void SnapshotBuilder::append(Object& list, const Value& value) {
  if (value.kind != Kind::object) {
    if (list.kind == Kind::frame_list) close(list.first);
    list.kind = Kind::nothing;
    return;
  }
  const Object item = placed(value);
  if (list.is_sealed) scanner_.refuse("a list is put into itself");
  if (list.kind == Kind::nothing) return;
  const bool is_frame = item.kind == Kind::frame;
  if (list.kind == Kind::frame_list && !is_frame) {
    close(list.first);
    list.kind = Kind::nothing;
    return;
  }
  switch (item.kind) {
    case Kind::frame:
      if (list.kind == Kind::empty_list) list = {open(), 0, Kind::frame_list, false};
      if (list.kind != Kind::frame_list) break;
      open_[list.first].frames.push_back(static_cast<std::uint32_t>(item.first));
      return;
    case Kind::event:
      return append_row(list, Kind::event_list, item);
    case Kind::block:
      return append_row(list, Kind::block_list, item);
    case Kind::segment:
      return append_row(list, Kind::segment_list, item);
    case Kind::event_list:
    case Kind::empty_list: {
      add_row(event_lists_, SnapshotRange{item.first, item.count});
      return append_row(list, Kind::list_of_event_lists, {event_lists_.size() - 1, 0});
    }
    default:
      break;
  }
  list.kind = Kind::nothing;
}

bool SnapshotBuilder::is_known_key(const Value& key) {
  return key.kind == Kind::text && key.number > 0 && key.number < key_count;
}

void SnapshotBuilder::set(Object& dictionary, const Value& key, const Value& value) {
  if (key.kind == Kind::object) placed(key);
  if (value.kind == Kind::object) placed(value);
  if (dictionary.is_sealed) scanner_.refuse("a dictionary is put into itself");
  if (!is_known_key(key)) return;
  if (dictionary.first == not_open) dictionary.first = open();
  std::vector<Value>& values = open_[dictionary.first].values;
  values.push_back(key);
  values.push_back(value);
}

void SnapshotBuilder::seal_event(Object& dictionary, const Fields& fields) {
  const std::int64_t action = fields.of[key_action].number - key_count;
  const bool is_known = action >= 0 && action < static_cast<std::int64_t>(action_texts.size());
  add_row(result_.events,
          SnapshotEvent{static_cast<std::uint64_t>(fields.number(key_addr)),
                        fields.number(key_size), fields.number(key_time_us), fields.stack(),
                        is_known ? static_cast<SnapshotAction>(action) : SnapshotAction::other});
  dictionary = {result_.events.size() - 1, 1, Kind::event, true};
}

void SnapshotBuilder::seal_segment(Object& dictionary, const Fields& fields) {
  const Object blocks = fields.object(key_blocks);
  SnapshotSegment segment{static_cast<std::uint64_t>(fields.number(key_address)),
                          fields.number(key_total_size), fields.number(key_device), 0, 0};
  if (blocks.kind == Kind::block_list) {
    segment.first_block = static_cast<std::uint32_t>(blocks.first);
    segment.blocks = blocks.count;
    // Blocks without an address follow each other.
    std::uint64_t at = segment.address;
    for (std::uint32_t i = 0; i < blocks.count; ++i) {
      SnapshotBlock& block = result_.blocks[blocks.first + i];
      if (block.address == 0) block.address = at;
      at = block.address + static_cast<std::uint64_t>(block.bytes);
    }
  }
  add_row(result_.segments, segment);
  dictionary = {result_.segments.size() - 1, 1, Kind::segment, true};
}

// What set_items sets is all of a dictionary, unless it is one of many batches. So it need not be
// kept.
bool SnapshotBuilder::set_at_once(Object& dictionary, std::size_t first) {
  constexpr std::size_t batch_values = 2000;
  if (dictionary.first != not_open || stack_.size() - first >= batch_values) return false;
  Fields fields(objects_);
  for (std::size_t i = first; i < stack_.size(); i += 2) {
    const Value &key = stack_[i], &value = stack_[i + 1];
    if (key.kind == Kind::object) placed(key);
    if (value.kind == Kind::object) placed(value);
    if (is_known_key(key)) fields.set(key.number, value);
  }
  if (dictionary.is_sealed) scanner_.refuse("a dictionary is put into itself");
  seal(dictionary, fields);
  return true;
}

void SnapshotBuilder::seal_dictionary(Object& dictionary) {
  Fields fields(objects_);
  if (const std::uint64_t number = dictionary.first; number != not_open) {
    const std::vector<Value>& values = open_[number].values;
    for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
      fields.set(values[i].number, values[i + 1]);
    }
    close(number);
  }
  seal(dictionary, fields);
}

void SnapshotBuilder::seal(Object& dictionary, const Fields& fields) {
  if (fields.has(key_action, Kind::text)) return seal_event(dictionary, fields);
  if (fields.has(key_blocks)) return seal_segment(dictionary, fields);
  if (fields.has(key_filename, Kind::text)) {
    const std::uint32_t frame =
        stacks_.frame({fields.text(key_name), fields.text(key_filename), fields.number(key_line)});
    dictionary = {frame, 1, Kind::frame, true};
  } else if (fields.has(key_state, Kind::text)) {
    const std::string& state = texts_[fields.text(key_state)];
    add_row(result_.blocks,
            SnapshotBlock{static_cast<std::uint64_t>(fields.number(key_address)),
                          fields.number(key_size), fields.stack(), state.starts_with("active")});
    dictionary = {result_.blocks.size() - 1, 1, Kind::block, true};
  } else if (fields.has(key_device_traces) || fields.has(key_segments)) {
    roots_.push_back({fields.object(key_device_traces), fields.object(key_segments)});
    dictionary = {roots_.size() - 1, 1, Kind::root, true};
  } else {
    dictionary = {0, 0, Kind::nothing, true};
  }
}

void SnapshotBuilder::remember(std::uint64_t number) {
  if (stack_.empty()) scanner_.refuse("a value is missing");
  const Value& value = stack_.back();
  if (value.kind == Kind::number) scanner_.refuse("the memo is given a number");
  const std::uint64_t entry =
      (static_cast<std::uint64_t>(value.kind) << 56U) | static_cast<std::uint64_t>(value.number);
  if (number < memo_.size()) {
    memo_[number] = entry;
    return;
  }
  if (number > memo_.size()) scanner_.refuse("the memo leaves out an entry");
  require_room(memo_.size(), "entries of the memo");
  add_row(memo_, entry);
}

// Tuples hold nothing of interest. What is in them may not change any more.
void SnapshotBuilder::make_tuple(std::size_t first) {
  for (std::size_t i = first; i < stack_.size(); ++i) {
    if (stack_[i].kind == Kind::object) placed(stack_[i]);
  }
  stack_.resize(first);
  push({});
}

void SnapshotBuilder::make_container(bool is_dictionary) {
  const std::size_t first = mark();
  const std::vector<Value> values(stack_.begin() + static_cast<std::ptrdiff_t>(first),
                                  stack_.end());
  stack_.resize(first);
  const Value made = new_object(is_dictionary ? Kind::open_dictionary : Kind::empty_list);
  push(made);
  if (is_dictionary && values.size() % 2 != 0) scanner_.refuse("a value is missing");
  for (std::size_t i = 0; i < values.size(); i += is_dictionary ? 2 : 1) {
    Object& object = objects_[static_cast<std::size_t>(made.number)];
    is_dictionary ? set(object, values[i], values[i + 1]) : append(object, values[i]);
  }
}

bool SnapshotBuilder::take(const PickleStep& step) {
  switch (step.code) {
    case PickleCode::mark:
      require_room(marks_.size(), "marks");
      marks_.push_back(stack_.size());
      return true;
    case PickleCode::stop:
      finish();
      return false;
    case PickleCode::pop:
      if (!marks_.empty() && stack_.size() == marks_.back()) {
        marks_.pop_back();
      } else {
        pop();
      }
      return true;
    case PickleCode::pop_mark:
      stack_.resize(mark());
      return true;
    case PickleCode::dup:
      if (stack_.empty()) scanner_.refuse("a value is missing");
      push(Value(stack_.back()));
      return true;
    case PickleCode::number:
      push({Kind::number, step.number});
      return true;
    case PickleCode::boolean:
    case PickleCode::floating:
    case PickleCode::none:
    case PickleCode::bytes:
    case PickleCode::empty_tuple:
      push({});
      return true;
    case PickleCode::text:
      push({Kind::text, text_number(step.text)});
      return true;
    case PickleCode::empty_list:
      push(new_object(Kind::empty_list));
      return true;
    case PickleCode::empty_dictionary:
      push(new_object(Kind::open_dictionary));
      return true;
    case PickleCode::list:
    case PickleCode::dictionary:
      make_container(step.code == PickleCode::dictionary);
      return true;
    case PickleCode::tuple:
      make_tuple(mark());
      return true;
    case PickleCode::tuple_of:
      for (std::int64_t i = 0; i < step.number; ++i) {
        if (const Value value = pop(); value.kind == Kind::object) placed(value);
      }
      push({});
      return true;
    case PickleCode::append: {
      const Value value = pop();
      if (stack_.empty()) scanner_.refuse("a list is missing");
      append(container(stack_.back(), false), value);
      return true;
    }
    case PickleCode::appends: {
      const std::size_t first = mark();
      if (first == 0) scanner_.refuse("a list is missing");
      Object& list = container(stack_[first - 1], false);
      for (std::size_t i = first; i < stack_.size(); ++i) append(list, stack_[i]);
      stack_.resize(first);
      return true;
    }
    case PickleCode::set_item: {
      const Value value = pop(), key = pop();
      if (stack_.empty()) scanner_.refuse("a dictionary is missing");
      set(container(stack_.back(), true), key, value);
      return true;
    }
    case PickleCode::set_items: {
      const std::size_t first = mark();
      if (first == 0) scanner_.refuse("a dictionary is missing");
      if ((stack_.size() - first) % 2 != 0) scanner_.refuse("a value is missing");
      Object& dictionary = container(stack_[first - 1], true);
      if (!set_at_once(dictionary, first)) {
        for (std::size_t i = first; i < stack_.size(); i += 2) {
          set(dictionary, stack_[i], stack_[i + 1]);
        }
      }
      stack_.resize(first);
      return true;
    }
    case PickleCode::get: {
      const auto number = static_cast<std::uint64_t>(step.number);
      if (number >= memo_.size()) scanner_.refuse("the memo has no such entry");
      constexpr std::uint64_t low = (std::uint64_t{1} << 56U) - 1;
      push({static_cast<Kind>(memo_[number] >> 56U),
            static_cast<std::int64_t>(memo_[number] & low)});
      return true;
    }
    case PickleCode::put:
      remember(static_cast<std::uint64_t>(step.number));
      return true;
    case PickleCode::memoize:
      remember(memo_.size());
      return true;
  }
  return true;
}

void SnapshotBuilder::finish() {
  const Value value = pop();
  Object root;
  if (value.kind == Kind::object) root = placed(value);
  Root found;
  if (root.kind == Kind::root) found = roots_[root.first];
  if (root.kind == Kind::segment_list) found.segments = root;  // of torch.cuda.memory_snapshot()
  if (root.kind != Kind::root && root.kind != Kind::segment_list) {
    scanner_.refuse("it holds neither device_traces nor segments");
  }
  const bool has_traces = found.traces.kind == Kind::list_of_event_lists;
  for (std::uint32_t i = 0; has_traces && i < found.traces.count; ++i) {
    const SnapshotRange& row = event_lists_[found.traces.first + i];
    const bool is_again = !result_.devices.empty() && row.count > 0 &&
                          row.first < result_.devices.back().first + result_.devices.back().count;
    if (is_again) scanner_.refuse("two devices have one history");
    result_.devices.push_back(
        row.count > 0 || result_.devices.empty()
            ? row
            : SnapshotRange{result_.devices.back().first + result_.devices.back().count, 0});
  }
}

Snapshot SnapshotBuilder::snapshot() {
  result_.texts.assign(std::make_move_iterator(texts_.begin()),
                       std::make_move_iterator(texts_.end()));
  text_numbers_.clear();
  return std::move(result_);
}

}  // namespace actscope::reports
