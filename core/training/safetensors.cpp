// SPDX-License-Identifier: Apache-2.0
#include "training/safetensors.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "actscope/base/error.hpp"
#include "actscope/base/file.hpp"

namespace actscope::core {
namespace {

[[noreturn]] void refuse(std::string_view source, const std::string& why) {
  throw DataError(error_text("cannot use " + std::string(source) + " as weights", why,
                             "give a safetensors file of this model's weights"));
}

// The element types that weights come in.
constexpr std::pair<const char*, torch::ScalarType> element_types[] = {{"F32", torch::kFloat32},
                                                                       {"F64", torch::kFloat64},
                                                                       {"F16", torch::kFloat16},
                                                                       {"BF16", torch::kBFloat16}};

torch::ScalarType element_type(std::string_view dtype) {
  for (const auto& [name, type] : element_types) {
    if (dtype == name) return type;
  }
  return torch::ScalarType::Undefined;
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

std::string_view dtype_name(torch::ScalarType wanted) {
  for (const auto& [name, type] : element_types) {
    if (type == wanted) return name;
  }
  throw Error(error_text(std::string("weights of type ") + torch::toString(wanted) +
                         " have no place in a file"));
}

std::string_view bytes_of(const torch::Tensor& flat) {
  return {static_cast<const char*>(flat.const_data_ptr()), flat.nbytes()};
}

torch::Tensor tensor_of(const TensorEntry& entry) {
  torch::Tensor tensor = torch::empty(entry.shape, element_type(entry.dtype));
  std::memcpy(tensor.mutable_data_ptr(), entry.bytes.data(), entry.bytes.size());
  return tensor;
}

std::map<std::string, torch::Tensor> parse_safetensors(std::string_view bytes,
                                                       std::string_view source) {
  std::map<std::string, torch::Tensor> tensors;
  for (const TensorEntry& entry : read_safetensors_layout(bytes, source).tensors) {
    tensors.emplace(entry.name, tensor_of(entry));
  }
  return tensors;
}

std::string format_safetensors(const std::map<std::string, torch::Tensor>& tensors) {
  std::vector<TensorEntry> entries;
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor flat = tensor.detach().cpu().contiguous();
    entries.push_back(
        {name, std::string(dtype_name(flat.scalar_type())), flat.sizes().vec(), bytes_of(flat)});
    data += bytes_of(flat);
  }
  return safetensors_header(entries) + data;
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
  const at::NoGradGuard no_grad;
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
