// SPDX-License-Identifier: Apache-2.0
#include "training/safetensors_layout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "actscope/base/error.hpp"

namespace actscope::core {
namespace {

constexpr std::uint64_t largest_header = 100'000'000;
constexpr std::size_t highest_rank = 8;
constexpr int deepest_nesting = 8;
constexpr const char* metadata_key = "__metadata__";

// Bytes of the data part that a tensor claims: [first, second).
using Range = std::pair<std::uint64_t, std::uint64_t>;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

class Reading {
 public:
  Reading(std::string_view source, const SafetensorsUse& use) : source_(source), use_(use) {}

  SafetensorsLayout read(std::string_view bytes) const {
    if (bytes.size() < 8) refuse("it is shorter than a safetensors header");
    const std::uint64_t header_bytes = little_endian(bytes);
    if (header_bytes > largest_header || header_bytes > bytes.size() - 8) {
      refuse("it is truncated or not safetensors");
    }
    SafetensorsLayout layout;
    layout.header = bytes.substr(8, header_bytes);
    const nlohmann::json header = parse(layout.header);
    const std::string_view data = bytes.substr(8 + header_bytes);
    std::vector<Range> ranges;
    for (const auto& [name, entry] : header.items()) {
      if (name == metadata_key) {
        read_metadata(entry, layout);
      } else {
        layout.tensors.push_back(read_entry(entry, name, data, ranges));
      }
    }
    require_whole(ranges, data.size());
    return layout;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw DataError(error_text("cannot use " + std::string(source_) + " " + std::string(use_.as),
                               why, use_.remedy));
  }

  // JSON has a meaning for a name that comes twice, and parsers differ about it.
  nlohmann::json parse(std::string_view text) const {
    std::vector<std::set<std::string>> names;
    const auto watch = [&](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
      using Event = nlohmann::json::parse_event_t;
      if (event == Event::object_start || event == Event::array_start) names.emplace_back();
      if (event == Event::object_end || event == Event::array_end) names.pop_back();
      if (names.size() > deepest_nesting) refuse("its header is nested too deeply");
      if (event == Event::key && !names.back().insert(value.get<std::string>()).second) {
        refuse("its header has one name twice");
      }
      return true;
    };
    nlohmann::json header = nlohmann::json::parse(text, watch, false);
    if (!header.is_object()) refuse("its header is no JSON object");
    return header;
  }

  void read_metadata(const nlohmann::json& entry, SafetensorsLayout& layout) const {
    if (!entry.is_object()) return;
    for (const auto& [key, value] : entry.items()) {
      if (value.is_string()) layout.metadata.emplace(key, value.get<std::string>());
    }
  }

  // One entry of the header: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
  TensorEntry read_entry(const nlohmann::json& entry, const std::string& name,
                         std::string_view data, std::vector<Range>& ranges) const {
    const auto refuse_entry = [&](const std::string& why) { refuse("tensor " + name + " " + why); };
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets") || !entry["dtype"].is_string() ||
        !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
        entry["data_offsets"].size() != 2) {
      refuse_entry("lacks dtype, shape or data_offsets");
    }
    TensorEntry tensor{name, entry["dtype"], {}, {}};
    std::uint64_t bytes = element_bytes(tensor.dtype);
    if (bytes == 0) {
      refuse_entry("has element type " + tensor.dtype + ", not F32, F64, F16 or BF16");
    }
    if (entry["shape"].size() > highest_rank) refuse_entry("has too many dimensions");
    for (const auto& length : entry["shape"]) {
      if (!length.is_number_unsigned()) refuse_entry("has a length that is no whole number");
      const auto size = length.get<std::uint64_t>();
      if (size == 0) refuse_entry("is empty");
      if (bytes > data.size() / size) refuse_entry("is larger than the file");
      bytes *= size;
      tensor.shape.push_back(static_cast<std::int64_t>(size));
    }
    const auto& offsets = entry["data_offsets"];
    if (!offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
      refuse_entry("has offsets that are no whole numbers");
    }
    const auto begin = offsets[0].get<std::uint64_t>();
    const auto end = offsets[1].get<std::uint64_t>();
    if (begin > end || end > data.size() || end - begin != bytes) {
      refuse_entry("has offsets that leave the file or disagree with its shape");
    }
    ranges.emplace_back(begin, end);
    tensor.bytes = data.substr(begin, bytes);
    return tensor;
  }

  // The format has no gaps and no overlaps: sorted, each range begins where the last one ended.
  void require_whole(std::vector<Range>& ranges, std::uint64_t data_bytes) const {
    std::ranges::sort(ranges);
    std::uint64_t covered = 0;
    for (const auto& [begin, end] : ranges) {
      if (begin != covered) refuse("its tensors overlap or leave gaps");
      covered = end;
    }
    if (covered != data_bytes) refuse("its tensors do not fill the file");
  }

  std::string_view source_;
  SafetensorsUse use_;
};

}  // namespace

std::uint64_t element_bytes(std::string_view dtype) noexcept {
  if (dtype == "F64") return 8;
  if (dtype == "F32") return 4;
  return dtype == "F16" || dtype == "BF16" ? 2 : 0;
}

SafetensorsLayout read_safetensors_layout(std::string_view bytes, std::string_view source,
                                          const SafetensorsUse& use) {
  return Reading(source, use).read(bytes);
}

std::string safetensors_header(const std::vector<TensorEntry>& tensors,
                               const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header[metadata_key] = metadata;
  std::uint64_t begin = 0;
  for (const TensorEntry& tensor : tensors) {
    const std::uint64_t end = begin + tensor.size_bytes();
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump();
  while (text.size() % 8 != 0) text += ' ';  // data begins aligned
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(text.size() >> (8 * i));
  return bytes + text;
}

}  // namespace actscope::core
