// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actscope/base/run_record.hpp"

namespace actscope::reports {

using Json = nlohmann::json;

/// A place inside a document, whose errors name its JSON path. The path is searched for when an
/// error needs it: a reader makes hundreds of cursors a document. The document must outlive it.
class JsonCursor {
 public:
  JsonCursor(const Json& document, std::string source)
      : document_(std::make_shared<const Document>(&document, std::move(source))),
        value_(&document) {}

  /// Errors  ReportFormatError: not an object, or the field is missing
  JsonCursor at(std::string_view field) const;
  bool has(std::string_view field) const;
  /// Errors  ReportFormatError: not an array
  std::vector<JsonCursor> items() const;
  bool is_null() const { return value_->is_null(); }
  bool is_text() const { return value_->is_string(); }
  bool is_array() const { return value_->is_array(); }
  bool is_object() const { return value_->is_object(); }

  /// Errors  ReportFormatError: of another type or out of range
  std::string text() const;
  bool boolean() const;
  std::int64_t integer() const;
  std::int64_t count() const;  ///< an integer from 0; integers above 2^53 come as text
  double number() const;
  double amount() const;       ///< a number from 0
  double share() const;        ///< a number from 0 to 1
  std::string digest() const;  ///< 64 hexadecimal digits
  std::vector<std::string> texts() const;
  std::vector<double> numbers() const;

  /// For documents that people write, where an unknown field is a typing error.
  /// Errors  ReportFormatError: not an object, or a field beside `names`, told with the nearest
  void require_known_fields(const std::vector<std::string>& names) const;

  [[noreturn]] void refuse(const std::string& expected) const;

 private:
  struct Document {
    Document(const Json* all, std::string its_source) : root(all), source(std::move(its_source)) {}
    const Json* root;
    std::string source;
  };
  JsonCursor(const JsonCursor& parent, const Json& value)
      : document_(parent.document_), value_(&value) {}
  [[noreturn]] void refuse_with(const std::string& place, const std::string& why,
                                const std::string& hint = {}) const;
  std::string path() const;

  std::shared_ptr<const Document> document_;
  const Json* value_;
};

/// Parses untrusted text.
/// Errors  ReportFormatError: empty, truncated, not JSON, nested deeper than 64, a duplicate key,
///         larger than 256 MiB
Json parse_json(std::string_view text, std::string_view source);

/// Sorted keys, two-space indent, newline at the end.
std::string format_json(const Json& document);

/// {"name": …, "version": …}.
Json schema_of(std::string_view name, std::string_view version = "1.0.0");

/// Checks that a document is of this kind and of a major version this build reads.
/// Errors  ReportFormatError: another kind, a newer major version (with the Actscope that reads it)
void require_schema(const JsonCursor& document, std::string_view name);

/// Integers above 2^53 as text: other readers would round them.
Json integer_json(std::int64_t value);

/// Sets object[field] to a number, or to null beside "<field>_reason".
void set_measured(Json& object, const std::string& field, const Measured<double>& measured);
void set_measured(Json& object, const std::string& field, const Measured<std::int64_t>& measured);

/// Sets object[field] to a number, or to null beside "<field>_reason" where it is NaN or infinite.
void set_number(Json& object, const std::string& field, double value, const char* reason);

Measured<double> measured_number(const JsonCursor& object, std::string_view field);
/// As measured_number, from 0.
Measured<double> measured_amount(const JsonCursor& object, std::string_view field);
/// As measured_number, from 0 to 1.
Measured<double> measured_share(const JsonCursor& object, std::string_view field);
Measured<std::int64_t> measured_integer(const JsonCursor& object, std::string_view field);
/// As measured_integer, from 0.
Measured<std::int64_t> measured_count(const JsonCursor& object, std::string_view field);
/// What set_number wrote: NaN where it is null.
double number_or_nan(const JsonCursor& object, std::string_view field);

}  // namespace actscope::reports
