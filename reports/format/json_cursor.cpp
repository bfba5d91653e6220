// SPDX-License-Identifier: Apache-2.0
#include "format/json_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "actscope/base/edit_distance.hpp"
#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::int64_t exact_in_double = std::int64_t{1} << 53;
constexpr int known_major = 1;

bool is_exact_in_double(std::int64_t value) {
  return value >= -exact_in_double && value <= exact_in_double;
}

// What somebody else's file says does not fill the screen.
std::string shortened(const std::string& text, std::size_t most) {
  return text.size() > most ? text.substr(0, most) + "…" : text;
}

std::string found(const Json& value) {
  if (value.is_object() || value.is_array() || value.is_null()) return value.type_name();
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return shortened(text, 40);
}

// Three numbers of at most six digits, as 1.0.0.
bool is_version(std::string_view text) {
  int numbers = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits == 1) ++numbers;
      if (digits > 6) return false;
    } else if (c == '.' && digits > 0 && numbers < 3) {
      digits = 0;
    } else {
      return false;
    }
  }
  return numbers == 3 && digits > 0;
}

// The program that surely reads a document of a newer version: the one that wrote it.
std::string reader_of(const JsonCursor& document) {
  if (document.has("environment") && document.at("environment").has("program_version")) {
    const JsonCursor writer = document.at("environment").at("program_version");
    if (writer.is_text() && is_version(writer.text())) {
      return "Actscope >= " + writer.text();
    }
  }
  return "a newer Actscope";
}

// Appends the steps from `from` down to `place`; false where it is not below.
bool find_path(const Json& from, const Json* place, std::string& path) {
  if (&from == place) return true;
  const std::size_t length = path.size();
  if (from.is_object()) {
    for (const auto& [field, value] : from.get_ref<const Json::object_t&>()) {
      path.append(".").append(field);
      if (find_path(value, place, path)) return true;
      path.resize(length);
    }
  } else if (from.is_array()) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      path.append("[").append(std::to_string(i)).append("]");
      if (find_path(from[i], place, path)) return true;
      path.resize(length);
    }
  }
  return false;
}

}  // namespace

std::string JsonCursor::path() const {
  std::string path = "$";
  find_path(*document_->root, value_, path);
  return path;
}

void JsonCursor::refuse_with(const std::string& place, const std::string& why,
                             const std::string& hint) const {
  throw ReportFormatError(
      error_text(document_->source + " is not valid at " + shortened(place, 160), why, hint));
}

void JsonCursor::refuse(const std::string& expected) const {
  refuse_with(path(), "found " + found(*value_) + ", expected " + expected);
}

bool JsonCursor::has(std::string_view field) const {
  return value_->is_object() && value_->contains(field);
}

JsonCursor JsonCursor::at(std::string_view field) const {
  if (!value_->is_object()) refuse("an object");
  const auto place = value_->find(field);
  if (place == value_->end()) {
    refuse_with(path(), "field " + std::string(field) + " is missing");
  }
  return {*this, *place};
}

std::vector<JsonCursor> JsonCursor::items() const {
  if (!value_->is_array()) refuse("an array");
  std::vector<JsonCursor> list;
  list.reserve(value_->size());
  for (const Json& item : *value_) list.push_back(JsonCursor(*this, item));
  return list;
}

void JsonCursor::require_known_fields(const std::vector<std::string>& names) const {
  if (!value_->is_object()) refuse("an object");
  for (const auto& [field, unused] : value_->items()) {
    if (std::ranges::find(names, field) != names.end()) continue;
    const auto nearest = std::ranges::min_element(
        names, {},
        [&field = field](const std::string& name) { return edit_distance(field, name); });
    refuse_with(path() + "." + field, "there is no such field", "did you mean " + *nearest + "?");
  }
}

std::string JsonCursor::text() const {
  if (!value_->is_string()) refuse("a text");
  return value_->get<std::string>();
}

std::string JsonCursor::digest() const {
  std::string digits = text();
  if (digits.size() != 64 || digits.find_first_not_of("0123456789abcdef") != digits.npos) {
    refuse("64 hexadecimal digits");
  }
  return digits;
}

bool JsonCursor::boolean() const {
  if (!value_->is_boolean()) refuse("true or false");
  return value_->get<bool>();
}

std::int64_t JsonCursor::integer() const {
  if (value_->is_string()) {
    const auto& digits = value_->get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto result = std::from_chars(digits.data(), end, number);
    if (result.ec == std::errc{} && result.ptr == end && !is_exact_in_double(number)) {
      return number;
    }
    refuse("a whole number");
  }
  if (!value_->is_number_integer()) refuse("a whole number");
  if (value_->is_number_unsigned() &&
      value_->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    refuse("a whole number below 2^63");
  }
  return value_->get<std::int64_t>();
}

std::int64_t JsonCursor::count() const {
  const std::int64_t number = integer();
  if (number < 0) refuse("a number from 0");
  return number;
}

double JsonCursor::number() const {
  if (!value_->is_number()) refuse("a number");
  const auto number = value_->get<double>();
  if (!std::isfinite(number)) refuse("a finite number");
  return number;
}

double JsonCursor::amount() const {
  const double value = number();
  if (value < 0) refuse("a number from 0");
  return value;
}

double JsonCursor::share() const {
  const double value = number();
  if (value < 0 || value > 1) refuse("a number from 0 to 1");
  return value;
}

std::vector<std::string> JsonCursor::texts() const {
  std::vector<std::string> list;
  for (const JsonCursor& item : items()) list.push_back(item.text());
  return list;
}

std::vector<double> JsonCursor::numbers() const {
  std::vector<double> list;
  for (const JsonCursor& item : items()) list.push_back(item.number());
  return list;
}

std::string format_json(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json schema_of(std::string_view name, std::string_view version) {
  return {{"name", name}, {"version", version}};
}

void require_schema(const JsonCursor& document, std::string_view name) {
  const JsonCursor schema = document.at("schema");
  const std::string actual = schema.at("name").text();
  if (actual != name) schema.at("name").refuse("a document of kind " + std::string(name));
  const std::string version = schema.at("version").text();
  const int major = is_version(version) ? std::stoi(version) : 0;
  if (major < 1) schema.at("version").refuse("a version as 1.0.0");
  if (major > known_major) {
    schema.at("version").refuse("major version 1; install " + reader_of(document) + " to read it");
  }
}

Json integer_json(std::int64_t value) {
  if (!is_exact_in_double(value)) return std::to_string(value);
  return value;
}

void set_measured(Json& object, const std::string& field, const Measured<double>& measured) {
  if (measured.value && std::isfinite(*measured.value)) {
    object[field] = *measured.value;
    return;
  }
  object[field] = nullptr;
  object[field + "_reason"] = measured.value ? "not finite" : measured.reason;
}

void set_measured(Json& object, const std::string& field, const Measured<std::int64_t>& measured) {
  if (measured.value) {
    object[field] = integer_json(*measured.value);
    return;
  }
  object[field] = nullptr;
  object[field + "_reason"] = measured.reason;
}

void set_number(Json& object, const std::string& field, double value, const char* reason) {
  set_measured(
      object, field,
      std::isfinite(value) ? Measured<double>::of(value) : Measured<double>::missing(reason));
}

namespace {

// Reads object[field] with `read`, or the reason beside a null.
template <class Number, class Read>
Measured<Number> measured(const JsonCursor& object, std::string_view field, const Read& read) {
  const JsonCursor value = object.at(field);
  if (!value.is_null()) return Measured<Number>::of(read(value));
  return Measured<Number>::missing(object.at(std::string(field) + "_reason").text());
}

}  // namespace

Measured<double> measured_number(const JsonCursor& object, std::string_view field) {
  return measured<double>(object, field, [](const JsonCursor& value) { return value.number(); });
}

Measured<double> measured_amount(const JsonCursor& object, std::string_view field) {
  return measured<double>(object, field, [](const JsonCursor& value) { return value.amount(); });
}

Measured<double> measured_share(const JsonCursor& object, std::string_view field) {
  return measured<double>(object, field, [](const JsonCursor& value) { return value.share(); });
}

Measured<std::int64_t> measured_integer(const JsonCursor& object, std::string_view field) {
  return measured<std::int64_t>(object, field,
                                [](const JsonCursor& value) { return value.integer(); });
}

Measured<std::int64_t> measured_count(const JsonCursor& object, std::string_view field) {
  return measured<std::int64_t>(object, field,
                                [](const JsonCursor& value) { return value.count(); });
}

double number_or_nan(const JsonCursor& object, std::string_view field) {
  return measured_number(object, field).value.value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace actscope::reports
