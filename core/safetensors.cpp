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
                             "give a safetensors file of this model's weights"));
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// The element types that weights come in.
constexpr std::pair<const char*, torch::ScalarType> element_types[] = {{"F32", torch::kFloat32},
                                                                       {"F64", torch::kFloat64},
                                                                       {"F16", torch::kFloat16},
                                                                       {"BF16", torch::kBFloat16}};

torch::ScalarType element_type(const std::string& dtype) {
  for (const auto& [name, type] : element_types) {
    if (dtype == name) return type;
  }
  return torch::ScalarType::Undefined;
}

const char* name_of(torch::ScalarType wanted) {
  for (const auto& [name, type] : element_types) {
    if (type == wanted) return name;
  }
  throw Error(error_text(std::string("weights of type ") + torch::toString(wanted) +
                         " have no place in a file"));
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
  const torch::ScalarType type = element_type(dtype);
  if (type == torch::ScalarType::Undefined) {
    refuse_entry("has element type " + dtype + ", not F32, F64, F16 or BF16");
  }
  std::uint64_t bytes = torch::elementSize(type);
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

// alpha and beta, which timm keeps as [1, 1, dim].
bool is_affine(std::string_view parameter) {
  return parameter.ends_with(".alpha") || parameter.ends_with(".beta");
}

bool fits(const torch::Tensor& tensor, std::string_view name, const torch::Tensor& parameter) {
  if (tensor.sizes() == parameter.sizes()) return true;
  return is_affine(name) && tensor.dim() == 3 && tensor.size(0) == 1 && tensor.size(1) == 1 &&
         tensor.numel() == parameter.numel();
}

// Appends "; what a, b, c and 9 more" to `text`.
void add_list(std::string& text, const char* what, const std::vector<std::string>& names) {
  constexpr std::size_t most = 3;
  if (names.empty()) return;
  text += (text.empty() ? "" : "; ") + std::string(what);
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
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
    header[name] = {{"dtype", name_of(flat.scalar_type())},
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
  std::map<std::string, torch::Tensor> tensors;  // by parameter
  std::map<std::string, std::string> names;      // in the file
  for (auto& [name, tensor] : parse_safetensors(read_file(path, std::int64_t{1} << 34), source)) {
    const std::string parameter = parameter_name(name);
    if (const auto [other, is_new] = names.emplace(parameter, name); !is_new) {
      refuse(source, "tensors " + other->second + " and " + name + " are the same parameter");
    }
    tensors.emplace(parameter, std::move(tensor));
  }
  const bool is_original =
      std::ranges::any_of(names, [](const auto& pair) { return pair.first != pair.second; });
  const WeightNames naming = is_original ? WeightNames::original : WeightNames::timm;
  std::vector<std::string> missing, unknown, misshapen;
  for (const auto& parameter : module.named_parameters()) {
    const auto found = tensors.find(parameter.key());
    if (found == tensors.end()) {
      missing.push_back(name_in_file(parameter.key(), naming));
    } else if (!fits(found->second, parameter.key(), parameter.value())) {
      misshapen.push_back(names[parameter.key()] + " " + c10::str(found->second.sizes()) +
                          " instead of " + c10::str(parameter.value().sizes()));
    }
  }
  const auto parameters = module.named_parameters();
  for (const auto& [parameter, name] : names) {
    if (!parameters.contains(parameter)) unknown.push_back(name);
  }
  std::string why;
  add_list(why, "it lacks ", missing);
  add_list(why, "shapes differ: ", misshapen);
  add_list(why, "the model has no ", unknown);
  if (!why.empty()) refuse(source, why);
  const torch::NoGradGuard no_grad;
  for (const auto& parameter : parameters) {
    torch::Tensor value = parameter.value();
    value.copy_(tensors.at(parameter.key()).view(value.sizes()));
  }
}

void save_weights(const torch::nn::Module& module, const std::filesystem::path& path,
                  WeightNames names) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& parameter : module.named_parameters()) {
    const bool is_wide = names == WeightNames::timm && is_affine(parameter.key());
    tensors.emplace(name_in_file(parameter.key(), names),
                    is_wide ? parameter.value().view({1, 1, -1}) : parameter.value());
  }
  write_file_atomically(path, format_safetensors(tensors));
}

}  // namespace actscope::core
