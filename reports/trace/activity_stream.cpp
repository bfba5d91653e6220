// SPDX-License-Identifier: Apache-2.0
#include "actscope/reports/trace/activity_stream.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <type_traits>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::reports {
namespace {

constexpr std::string_view magic = "ActR";
constexpr std::uint32_t version = 1;
constexpr std::uint8_t name_entry = 0;  // beside the kinds of records, which begin at 1

template <class Number>
void put(std::string& bytes, Number number) {
  auto rest = static_cast<std::make_unsigned_t<Number>>(number);
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    bytes += static_cast<char>((std::uint64_t{rest} >> (8 * i)) & 0xffU);
  }
}

// Takes numbers from the front; once one is missing the rest are 0.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  Number take() {
    if (rest_.size() < sizeof(Number)) {
      is_short_ = true;
      rest_ = {};
      return 0;
    }
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      number |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    rest_.remove_prefix(sizeof(Number));
    return static_cast<Number>(number);
  }

  std::string_view take_bytes(std::size_t count) {
    if (count > rest_.size()) is_short_ = true;
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  bool is_short() const { return is_short_; }
  bool is_empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool is_short_ = false;
};

void put_sized(std::string& bytes, const std::string& payload) {
  put(bytes, static_cast<std::uint32_t>(payload.size()));
  bytes += payload;
}

std::string header() {
  std::string bytes(magic);
  put(bytes, version);
  return bytes;
}

void put_name(std::string& bytes, const std::string& name) {
  std::string payload;
  put(payload, name_entry);
  put_sized(bytes, payload + name);
}

void put_record(std::string& bytes, const ActivityRecord& record) {
  std::string payload;
  put(payload, static_cast<std::uint8_t>(record.kind));
  put(payload, record.detail);
  put(payload, record.device);
  put(payload, record.stream);
  put(payload, record.correlation);
  put(payload, record.begin_ns);
  put(payload, record.end_ns);
  put(payload, record.bytes);
  put(payload, record.value);
  put_sized(bytes, payload + record.name);
}

void read_entry(ActivityStream& stream, std::string_view bytes) {
  Fields fields(bytes);
  const auto kind = fields.take<std::uint8_t>();
  if (kind == name_entry && !fields.is_short()) {
    stream.names.emplace_back(fields.rest());
    return;
  }
  ActivityRecord record;
  record.kind = static_cast<ActivityKind>(kind);
  record.detail = fields.take<std::uint8_t>();
  record.device = fields.take<std::int32_t>();
  record.stream = fields.take<std::int32_t>();
  record.correlation = fields.take<std::uint32_t>();
  record.begin_ns = fields.take<std::uint64_t>();
  record.end_ns = fields.take<std::uint64_t>();
  record.bytes = fields.take<std::uint64_t>();
  record.value = fields.take<std::uint64_t>();
  if (fields.is_short() || kind > static_cast<std::uint8_t>(last_activity_kind)) {
    ++stream.unreadable_records;
    return;
  }
  record.name = fields.rest();
  stream.records.push_back(std::move(record));
}

class ActivityFile : public ActivitySink {
 public:
  explicit ActivityFile(std::filesystem::path file) : path_(std::move(file)) {}

  void write(const std::vector<std::string>& new_names,
             std::span<const ActivityRecord> records) override {
    std::string bytes;
    if (!stream_.is_open()) {
      stream_.open(path_, std::ios::binary | std::ios::trunc);
      bytes = header();
    }
    for (const std::string& name : new_names) put_name(bytes, name);
    for (const ActivityRecord& record : records) put_record(bytes, record);
    append(bytes);
  }

 private:
  void append(const std::string& bytes) {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    if (stream_) return;
    throw EnvironmentError(error_text("cannot write " + path_.string(),
                                      std::generic_category().message(errno),
                                      "check the folder, its permissions and the space left"));
  }

  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace

std::unique_ptr<ActivitySink> make_activity_file(const std::filesystem::path& file) {
  return std::make_unique<ActivityFile>(file);
}

std::string activity_bytes(const std::vector<std::string>& names,
                           const std::vector<ActivityRecord>& records) {
  std::string bytes = header();
  for (const std::string& name : names) put_name(bytes, name);
  for (const ActivityRecord& record : records) put_record(bytes, record);
  return bytes;
}

ActivityStream read_activity_stream(std::string_view bytes, const std::string& source) {
  Fields fields(bytes);
  const std::string_view found = fields.take_bytes(magic.size());
  const auto found_version = fields.take<std::uint32_t>();
  if (found != magic || fields.is_short()) {
    throw ReportFormatError(
        error_text(source + " is no recorded stream of device activity", "it does not begin so"));
  }
  if (found_version < 1 || found_version > version) {
    throw ReportFormatError(error_text(source + " is of another version",
                                       "version " + std::to_string(found_version) +
                                           ", this program reads " + std::to_string(version)));
  }
  ActivityStream stream;
  while (!fields.is_empty()) {
    const auto size = fields.take<std::uint32_t>();
    const std::string_view entry = fields.take_bytes(size);
    if (fields.is_short()) {
      stream.is_truncated = true;
      break;
    }
    read_entry(stream, entry);
  }
  return stream;
}

}  // namespace actscope::reports
