// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::reports {

using Json = nlohmann::json;

/// A place inside a document that knows its JSON path, so that every error can name it.
class JsonCursor {
 public:
  JsonCursor(const Json& value, std::string source, std::string path = "$")
      : value_(&value), source_(std::move(source)), path_(std::move(path)) {}

  /// Errors  ReportFormatError: not an object, or the field is missing
  JsonCursor at(const std::string& field) const;
  bool has(const std::string& field) const;
  /// Errors  ReportFormatError: not an array
  std::vector<JsonCursor> items() const;
  bool is_null() const { return value_->is_null(); }

  /// Errors  ReportFormatError: of another type or out of range
  std::string text() const;
  bool boolean() const;
  std::int64_t integer() const;
  std::int64_t count() const;  ///< an integer from 0; integers above 2^53 come as text
  double number() const;
  std::vector<std::string> texts() const;
  std::vector<double> numbers() const;

  const Json& json() const { return *value_; }
  const std::string& path() const { return path_; }

  [[noreturn]] void refuse(const std::string& expected) const;

 private:
  const Json* value_;
  std::string source_;
  std::string path_;
};

/// Parses untrusted text.
/// Errors  ReportFormatError: empty, truncated, not JSON, nested deeper than 64, a duplicate key,
/// larger
///         than 256 MiB
Json parse_json(std::string_view text, std::string_view source);

/// Sorted keys, two-space indent, newline at the end.
std::string format_json(const Json& document);

/// {"name": …, "version": "1.0.0"}.
Json schema_of(std::string_view name);

/// Checks that a document is of this kind and of a major version this build reads.
/// Errors  ReportFormatError: another kind, a newer major version
void require_schema(const JsonCursor& document, std::string_view name);

/// Integers above 2^53 as text: other readers would round them.
Json integer_json(std::int64_t value);

/// Sets object[field] to a number, or to null beside "<field>_reason".
void set_measured(Json& object, const std::string& field, const Measured<double>& measured);
void set_measured(Json& object, const std::string& field, const Measured<std::int64_t>& measured);

Measured<double> measured_number(const JsonCursor& object, const std::string& field);
Measured<std::int64_t> measured_integer(const JsonCursor& object, const std::string& field);

}  // namespace actscope::reports
