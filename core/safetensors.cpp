// SPDX-License-Identifier: Apache-2.0
#include "safetensors.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope::core {
namespace {

constexpr std::uint64_t largest_header = 100'000'000;
constexpr std::size_t highest_rank = 8;

// Bytes of the data part that a tensor claims: [first, second).
using Range = std::pair<std::uint64_t, std::uint64_t>;

[[noreturn]] void refuse(std::string_view source, const std::string& why) {
  throw DataError(error_text("cannot use " + std::string(source) + " as weights", why,
                             "give a safetensors file of float32 tensors"));
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// One entry of the header: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
torch::Tensor read_entry(const nlohmann::json& entry, const std::string& name,
                         std::string_view data, std::string_view source,
                         std::vector<Range>& ranges) {
  const auto refuse_entry = [&](const std::string& why) {
    refuse(source, "tensor " + name + " " + why);
  };
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets") || !entry["dtype"].is_string() ||
      !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
      entry["data_offsets"].size() != 2) {
    refuse_entry("lacks dtype, shape or data_offsets");
  }
  const std::string dtype = entry["dtype"];
  if (dtype != "F32" && dtype != "F64") refuse_entry("has element type " + dtype);
  const auto type = dtype == "F32" ? torch::kFloat32 : torch::kFloat64;
  std::uint64_t bytes = dtype == "F32" ? 4 : 8;
  std::vector<std::int64_t> shape;
  if (entry["shape"].size() > highest_rank) refuse_entry("has too many dimensions");
  for (const auto& length : entry["shape"]) {
    if (!length.is_number_unsigned()) refuse_entry("has a length that is no whole number");
    const auto size = length.get<std::uint64_t>();
    if (size == 0) refuse_entry("is empty");
    if (bytes > data.size() / size) refuse_entry("is larger than the file");
    bytes *= size;
    shape.push_back(static_cast<std::int64_t>(size));
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
  torch::Tensor tensor = torch::empty(shape, type);
  std::memcpy(tensor.mutable_data_ptr(), data.data() + begin, bytes);
  return tensor;
}

}  // namespace

std::map<std::string, torch::Tensor> parse_safetensors(std::string_view bytes,
                                                       std::string_view source) {
  if (bytes.size() < 8) refuse(source, "it is shorter than a safetensors header");
  const std::uint64_t header_bytes = little_endian(bytes);
  if (header_bytes > largest_header || header_bytes > bytes.size() - 8) {
    refuse(source, "it is truncated or not safetensors");
  }
  int depth = 0;
  const auto limit_depth = [&](int, nlohmann::json::parse_event_t event, nlohmann::json&) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) ++depth;
    if (event == Event::object_end || event == Event::array_end) --depth;
    if (depth > 8) refuse(source, "its header is nested too deeply");
    return true;
  };
  const auto header = nlohmann::json::parse(bytes.substr(8, header_bytes), limit_depth, false);
  if (!header.is_object()) refuse(source, "its header is no JSON object");
  const std::string_view data = bytes.substr(8 + header_bytes);
  std::map<std::string, torch::Tensor> tensors;
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    tensors.emplace(name, read_entry(entry, name, data, source, ranges));
  }
  // The format has no gaps and no overlaps: sorted, each range begins where the last one ended.
  std::ranges::sort(ranges);
  std::uint64_t covered = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != covered) refuse(source, "its tensors overlap or leave gaps");
    covered = end;
  }
  if (covered != data.size()) refuse(source, "its tensors do not fill the file");
  return tensors;
}

std::string format_safetensors(const std::map<std::string, torch::Tensor>& tensors) {
  nlohmann::json header = nlohmann::json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor flat = tensor.detach().cpu().contiguous();
    const std::size_t begin = data.size();
    data.append(static_cast<const char*>(flat.const_data_ptr()), flat.nbytes());
    header[name] = {{"dtype", flat.scalar_type() == torch::kFloat64 ? "F64" : "F32"},
                    {"shape", flat.sizes().vec()},
                    {"data_offsets", {begin, data.size()}}};
  }
  std::string text = header.dump();
  while (text.size() % 8 != 0) text += ' ';  // data begins aligned
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(text.size() >> (8 * i));
  return bytes + text + data;
}

void load_weights(torch::nn::Module& module, const std::filesystem::path& path) {
  const std::string source = path.string();
  auto tensors = parse_safetensors(read_file(path, std::int64_t{1} << 34), source);
  torch::NoGradGuard no_grad;
  for (auto& parameter : module.named_parameters()) {
    const auto found = tensors.find(parameter.key());
    if (found == tensors.end()) refuse(source, "it has no tensor " + parameter.key());
    if (found->second.sizes() != parameter.value().sizes()) {
      refuse(source, "tensor " + parameter.key() + " has shape " + c10::str(found->second.sizes()) +
                         ", the model has " + c10::str(parameter.value().sizes()));
    }
    parameter.value().copy_(found->second);
    tensors.erase(found);
  }
  if (!tensors.empty()) refuse(source, "the model has no parameter " + tensors.begin()->first);
}

void save_weights(const torch::nn::Module& module, const std::filesystem::path& path) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& parameter : module.named_parameters()) {
    tensors.emplace(parameter.key(), parameter.value());
  }
  write_file_atomically(path, format_safetensors(tensors));
}

}  // namespace actscope::core
