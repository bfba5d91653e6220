// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "actscope/base/error.hpp"
#include "format/json_cursor.hpp"

namespace actscope::reports {
namespace {

constexpr std::size_t largest_text = std::size_t{256} << 20;
constexpr std::size_t deepest = 64;

[[noreturn]] void refuse_text(std::string_view source, const std::string& why) {
  throw ReportFormatError(error_text(std::string(source) + " is not a readable document", why));
}

// Takes the events of the JSON library's parser and builds the document; stops at too deep nesting
// and at keys that come twice. (The library's own parser with a callback copies every value.)
class Builder {
 public:
  explicit Builder(std::string_view source) : source_(source) {}

  Json take() { return std::move(root_); }

  // NOLINTBEGIN(readability-identifier-naming): the names of the library's interface
  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(std::int64_t value) { return add(value); }
  bool number_unsigned(std::uint64_t value) { return add(value); }
  bool number_float(double value, const std::string&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t& value) { return add(std::move(value)); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    const auto [place, is_new] =
        open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name));
    if (!is_new) {
      constexpr std::size_t longest = 40;
      const std::string key = Json(place->first).dump();
      refuse_text(source_, "key " + (key.size() > longest ? key.substr(0, longest) + "…" : key) +
                               " comes twice in one object");
    }
    member_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    std::string why = error.what();
    const std::size_t bracket = why.find("] ");
    if (bracket != std::string::npos) why = why.substr(bracket + 2);
    refuse_text(source_, why.size() > 160 ? why.substr(0, 160) + "…" : why);
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  // Where the value stands that was just added.
  Json& put(Json&& value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_object()) return *member_ = std::move(value);
    auto& items = open_.back()->get_ref<Json::array_t&>();
    items.push_back(std::move(value));
    return items.back();
  }

  bool add(Json&& value) {
    put(std::move(value));
    return true;
  }

  bool open(Json&& container) {
    if (open_.size() == deepest) refuse_text(source_, "it is nested deeper than 64 levels");
    open_.push_back(&put(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view source_;
  Json root_;
  std::vector<Json*> open_;  // a container does not move while it is open
  Json* member_ = nullptr;   // the value of the last key
};

}  // namespace

Json parse_json(std::string_view text, std::string_view source) {
  if (text.empty()) refuse_text(source, "it is empty");
  if (text.size() > largest_text) refuse_text(source, "it is larger than 256 MiB");
  Builder builder(source);
  Json::sax_parse(text, &builder);
  return builder.take();
}

}  // namespace actscope::reports
